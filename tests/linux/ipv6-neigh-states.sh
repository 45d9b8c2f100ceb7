# ipv6
# Neighbours of IPv6 by solicitation and advertisement: reachable, failed, a router.
ip netns add a
ip netns add b
ip link add v0 netns a address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip -n a link set v0 up
ip -n b link set v1 up
ip -n a addr add 2001:db8::1/64 dev v0 nodad
ip -n b addr add 2001:db8::2/64 dev v1 nodad
sleep 3
ip netns exec a ping -q -c1 2001:db8::2 | grep transmitted
ip -n a -6 neigh show 2001:db8::2
ip -n b -6 neigh show 2001:db8::1
ip netns exec a sysctl -qw net.ipv6.neigh.v0.retrans_time_ms=100
ip netns exec a ping -q -c1 -W1 2001:db8::9 | grep transmitted
ip -n a -6 neigh show 2001:db8::9
ip netns exec b sysctl -qw net.ipv6.conf.all.forwarding=1
ip -n a -6 neigh del 2001:db8::2 dev v0
ip netns exec a ping -q -c1 2001:db8::2 | grep transmitted
ip -n a -6 neigh show 2001:db8::2
ip -n b link set v1 address 02:00:00:00:00:22
ip -n a -6 neigh flush dev v0
ip netns exec a ping -q -c1 2001:db8::2 | grep transmitted
ip -n a -6 neigh show 2001:db8::2
