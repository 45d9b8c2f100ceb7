# ipv6
# Next hop objects of IPv6, and those that routes of both versions share.
ip link set lo up
for n in 0 1; do ip link add eth$n type veth peer name far$n; ip link set eth$n up; ip link set far$n up; done
ip addr add 10.0.0.1/24 dev eth0
ip -6 addr add 2001:db8::1/64 dev eth0 nodad
ip nexthop add id 1 via 10.0.0.2 dev eth0
ip nexthop add id 6 via 2001:db8::2 dev eth0
ip nexthop add id 8 via fe80::1 dev eth0
ip nexthop add id 9 group 6/8,3
ip -6 nexthop add id 11 dev eth1
ip -6 nexthop add id 12 blackhole
ip nexthop add id 13 blackhole
ip nexthop add id 14 group 1/6
ip nexthop
ip -6 nexthop
ip -4 nexthop
ip nexthop add id 20 via 2001:db8::1 dev eth0
ip nexthop add id 20 via 2001:db9::1 dev eth0
ip nexthop add id 20 via ff02::1 dev eth0
ip nexthop add id 20 via fe80::1
ip nexthop add id 20 via 2001:db9::1 dev eth0 onlink
shown() { ip -6 "$@" | grep -v fe80::/64; }
ip -6 route add 2001:db8:1::/64 nhid 6
ip -6 route add 2001:db8:2::/64 nhid 9
ip -6 route add 2001:db8:3::/64 nhid 1
ip -6 route add 2001:db8:4::/64 nhid 14
ip -6 route add 2001:db8:5::/64 nhid 12
ip -6 route add 2001:db8:6::/64 nhid 11
ip -6 route add 2001:db8:7::/64 nhid 400
ip -6 route add 2001:db8:8::/64 nhid 13
ip -6 route add 2001:db8:8::/64 nhid 6 dev eth0
shown route
shown -d route show 2001:db8:1::/64
ip -6 -j route show 2001:db8:2::/64
ip -6 route get 2001:db8:1::1
ip -6 route get 2001:db8:5::1
ip -6 route get 2001:db8:6::1
# IPv4 through a gateway of IPv6.
ip route add 10.5.0.0/16 nhid 6
ip route add 10.6.0.0/16 nhid 14
ip route add 10.7.0.0/16 via inet6 fe80::2 dev eth0
ip route add 10.8.0.0/16 nhid 9
ip route
ip -j route
ip route get 10.5.0.1
ip route get 10.7.0.1
ip -j route get 10.7.0.1
ip route show via inet6 2001:db8::2
# What is used by a route of IPv6 stays of IPv6.
ip nexthop replace id 6 via 10.0.0.5 dev eth0
ip nexthop replace id 6 blackhole
ip nexthop replace id 9 group 1
ip nexthop replace id 9 group 6/1
ip nexthop replace id 6 via 2001:db8::7 dev eth0
shown route
ip route
ip -6 route append 2001:db8:2::/64 via 2001:db8::5
ip -6 route del 2001:db8:1::/64 via 2001:db8::9
ip -6 route del 2001:db8:2::/64 nhid 77
ip -6 route del 2001:db8:2::/64 nhid 6
ip -6 route del 2001:db8:2::/64 nhid 9
shown route
ip link set eth0 down
ip nexthop
ip route
shown route
