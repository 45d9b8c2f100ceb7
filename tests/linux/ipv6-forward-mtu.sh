# ipv6
# The MTU of a route is for what is sent by it and for what is forwarded.
for n in a r b; do ip netns add $n; done
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name r0 netns r address 02:00:00:00:00:10
ip link add b0 netns b address 02:00:00:00:00:02 type veth peer name r1 netns r address 02:00:00:00:00:20
for d in "a a0" "r r0" "r r1" "b b0"; do set -- $d; ip -n $1 link set $2 up; done
ip -n a addr add 2001:db8:1::2/64 dev a0 nodad
ip -n r addr add 2001:db8:1::1/64 dev r0 nodad
ip -n r addr add 2001:db8:2::1/64 dev r1 nodad
ip -n b addr add 2001:db8:2::2/64 dev b0 nodad
ip -n a route add default via 2001:db8:1::1
ip -n b route add default via 2001:db8:2::1
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
sleep 4
far() { ip netns exec a ping -c1 -W1 -s1400 2001:db8:2::2 | sed -n 2p; }
ip -n r route add 2001:db8:2::2/128 dev r1 mtu 1300
far
ip netns exec r ping -c1 -W1 -M do -s1400 2001:db8:2::2 | sed -n 2p
far
ip -n a -6 route get 2001:db8:2::2 | grep -o 'mtu.*'
# Below what every link takes it is still what is told.
ip -n r route change 2001:db8:2::2/128 dev r1 mtu 1200
ip -n a route change default via 2001:db8:1::1
far
ip -n a -6 route get 2001:db8:2::2 | grep -o 'mtu.*'
ip netns exec r ping -c1 -W1 -s1240 2001:db8:2::2 | sed -n 2p
