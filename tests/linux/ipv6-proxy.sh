# ipv6
# A router answers for an address that is behind it, where proxy_ndp and an entry say so.
for n in a r b; do ip netns add $n; done
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name r0 netns r address 02:00:00:00:00:10
ip link add b0 netns b address 02:00:00:00:00:02 type veth peer name r1 netns r address 02:00:00:00:00:20
for d in "a a0" "r r0" "r r1" "b b0"; do set -- $d; ip -n $1 link set $2 up; done
ip -n a addr add 2001:db8::1/64 dev a0 nodad
ip -n b addr add 2001:db8::2/128 dev b0 nodad
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
ip -n r route add 2001:db8::2 dev r1
ip -n r route add 2001:db8::1 dev r0
ip -n b route add 2001:db8::/64 via fe80::ff:fe00:20 dev b0
sleep 3
ip netns exec a ping -q -c1 -W3 2001:db8::2 | grep transmitted
ip netns exec r sysctl -qw net.ipv6.conf.r0.proxy_ndp=1
ip -n r neigh add proxy 2001:db8::2 dev r0
ip -n a -6 neigh flush all
ip netns exec a ping -q -c1 -W3 2001:db8::2 | grep transmitted
ip -n a -6 neigh show 2001:db8::2
