# ipv6
# ping over IPv6: to oneself, to link-local addresses with their link, to all nodes of a link.
ip netns add a
ip netns add b
ip link add v0 netns a address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip -n a link set lo up
ip -n a link set v0 up
ip -n b link set v1 up
ip -n a addr add 2001:db8::1/64 dev v0 nodad
ip -n b addr add 2001:db8::2/64 dev v1 nodad
sleep 3
ip netns exec a ping -c1 ::1
ip netns exec a ping -c1 2001:db8::1
ip netns exec a ping -c1 2001:db8::2
ip netns exec a ping -q -c2 -i0.2 -s100 2001:db8::2
ip netns exec a ping -6 -c1 fe80::ff:fe00:2%v0
ip netns exec a ping -c1 fe80::ff:fe00:2
ip netns exec a ping -c1 fe80::ff:fe00:1%v0
ip netns exec a ping -c1 ff02::1%v0
ip netns exec a ping -c1 -I v0 2001:db8::2
ip netns exec a ping -4 -c1 ::1
ip netns exec a ping -6 -c1 127.0.0.1
ip netns exec a ping -c1 2001:db8:9::1
ip netns exec b sysctl -qw net.ipv6.icmp.echo_ignore_all=1
ip netns exec a ping -c1 -W0.3 2001:db8::2
ip netns exec b sysctl -qw net.ipv6.icmp.echo_ignore_all=0 net.ipv6.icmp.echo_ignore_multicast=1
ip netns exec a ping -c1 -W0.3 2001:db8::2 | grep transmitted
