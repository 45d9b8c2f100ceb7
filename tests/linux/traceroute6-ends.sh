# ipv6
# Where the way ends, and what is refused.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name r0 netns r address 02:00:00:00:00:10
ip link add b0 netns b address 02:00:00:00:00:02 type veth peer name r1 netns r address 02:00:00:00:00:20
for d in "a a0" "r r0" "r r1" "b b0"; do set -- $d; ip -n $1 link set $2 up; done
ip -n a addr add 2001:db8:1::2/64 dev a0 nodad
ip -n r addr add 2001:db8:1::1/64 dev r0 nodad
ip -n r addr add 2001:db8:2::1/64 dev r1 nodad
ip -n b addr add 2001:db8:2::2/64 dev b0 nodad
ip -n a route add default via 2001:db8:1::1
ip -n b route add default via 2001:db8:2::1
for n in r b; do ip netns exec $n sysctl -qw net.ipv6.icmp.ratelimit=0; done
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
sleep 4
trace() { ip netns exec a traceroute -n -q1 -N1 -w0.3 -m3 "$@"; }
trace 2001:db8:9::1
trace -I 2001:db8:9::1
trace -T 2001:db8:9::1
ip -n r route add prohibit 2001:db8:9::/64
trace 2001:db8:9::1
ip -n r route add unreachable 2001:db8:8::/64
trace 2001:db8:8::1
ip -n r route add blackhole 2001:db8:7::/64
trace 2001:db8:7::1
trace 2001:db8:2::77
# Longer than the next link takes.
ip -n r link set r1 mtu 1300; ip -n b link set b0 mtu 1300
trace -F 2001:db8:2::2 1400
trace 2001:db8:2::2 1400
trace -6 10.0.2.2
trace -4 2001:db8:2::2
trace -6 localhost
trace -s 10.0.1.2 2001:db8:2::2
trace fe80::ff:fe00:10
ip -n a route del default
trace 2001:db8:2::2
