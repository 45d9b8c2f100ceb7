# ipv6
# A router of IPv6 spreads what it passes on over several next hops; each flow has one.
for ns in left router up down right; do ip netns add $ns; ip -n $ns link set lo up; done
wire() { ip link add $2 netns $1 type veth peer name $4 netns $3; ip -n $1 link set $2 up; ip -n $3 link set $4 up; }
wire left l0 router r0
wire router u0 up u1
wire router d0 down d1
wire up u2 right ru
wire down d2 right rd
put() { ip -n $1 addr add $2 dev $3 nodad; }
put left 2001:db8:1::1/64 l0; put router 2001:db8:1::2/64 r0
put router 2001:db8:2::1/64 u0; put up 2001:db8:2::2/64 u1
put router 2001:db8:3::1/64 d0; put down 2001:db8:3::2/64 d1
put up 2001:db8:4::1/64 u2; put right 2001:db8:4::2/64 ru
put down 2001:db8:5::1/64 d2; put right 2001:db8:5::2/64 rd
for ns in router up down; do ip netns exec $ns sysctl -qw net.ipv6.conf.all.forwarding=1; done
for n in 1 2 3 4 5 6 7 8; do ip -n right addr add 2001:db8:9::$n/128 dev lo nodad; done
ip -n left route add default via 2001:db8:1::2
ip -n up route add 2001:db8:9::/64 via 2001:db8:4::2
ip -n down route add 2001:db8:9::/64 via 2001:db8:5::2
for ns in up down; do ip -n $ns route add 2001:db8:1::/64 via 2001:db8:$([ $ns = up ] && echo 2 || echo 3)::1; done
ip -n right route add default via 2001:db8:4::1
ip -n router route add 2001:db8:9::/64 nexthop via 2001:db8:2::2 nexthop via 2001:db8:3::2
sleep 2
sent() { ip -n $1 -s -j link show $2 | sed 's/.*"tx":{"bytes":[0-9]*,"packets":\([0-9]*\).*/\1/'; }
for n in 1 2 3 4 5 6 7 8; do ip netns exec left ping -c1 -W1 -q 2001:db8:9::$n | grep -o '. received'; done
# Again and again the same way.
before=$(sent router u0)
for n in 1 2 3 4; do ip netns exec left ping -c5 -i0.01 -q -W1 2001:db8:9::1 | grep -o '.* received'; done
after=$(sent router u0)
[ $((after - before)) -ge 20 ] || [ $((after - before)) -le 5 ] && echo one way
ip -n up link set u1 down
sleep 0.1
ip -n router -6 route show 2001:db8:9::/64 | sed 's/ pref.*//'
# Without -6 it is a list of IPv4, whatever the prefix.
ip -n router route show 2001:db8:9::/64
ip -n router route show root 2001:db8::/32
ip -n router route show table all 2001:db8:9::/64 | wc -l
