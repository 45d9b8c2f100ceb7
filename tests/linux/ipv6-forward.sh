# ipv6
# A router joins two networks once forwarding is on for all; who is lost hears why.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name r0 netns r address 02:00:00:00:00:10
ip link add b0 netns b address 02:00:00:00:00:02 type veth peer name r1 netns r address 02:00:00:00:00:20
for d in "a a0" "r r0" "r r1" "b b0"; do set -- $d; ip -n $1 link set $2 up; done
ip -n a addr add 2001:db8:1::2/64 dev a0 nodad
ip -n r addr add 2001:db8:1::1/64 dev r0 nodad
ip -n r addr add 2001:db8:2::1/64 dev r1 nodad
ip -n b addr add 2001:db8:2::2/64 dev b0 nodad
sleep 3
ip netns exec a ping -c1 2001:db8:2::2
ip -n a route add default via 2001:db8:1::1
ip -n b route add default via 2001:db8:2::1
ip netns exec a ping -c1 -W1 2001:db8:2::2
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
ip netns exec a ping -c2 -i0.2 2001:db8:2::2
ip netns exec a ping -c1 -t1 2001:db8:2::2
ip netns exec a ping -c1 -t2 2001:db8:2::2
ip netns exec a ping -c1 2001:db8:2::99
ip netns exec a ping -c1 2001:db8:1::99
ip netns exec a ping -c1 -W1 2001:db8:3::99
ip netns exec a ping -c1 -I 2001:db8:1::2 2001:db8:2::2
ip -n r route add prohibit 2001:db8:4::/48
ip -n r route add blackhole 2001:db8:5::/48
ip -n r route add unreachable 2001:db8:6::/48
for n in 4 5 6; do ip netns exec a ping -c1 -W1 2001:db8:$n::2; done
