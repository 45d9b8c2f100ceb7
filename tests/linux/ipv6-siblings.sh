# ipv6
# Routes of IPv6 by gateways that are appended one after the other are one route with several next
# hops, of which each keeps its own metrics and source.
for n in 1 2; do
    ip link add d$n type veth peer name e$n
    ip link set d$n up; ip link set e$n up
done
sleep 2
for n in 1 2; do ip addr add fd00:$n::3/64 dev d$n nodad; done
ip addr add fd00:1::9/64 dev d1 nodad
ip -6 route add fd00:9::/64 via fd00:1::1 mtu 1300 src fd00:1::9
ip -6 route append fd00:9::/64 via fd00:2::1 hoplimit 9 proto static
ip -6 route show fd00:9::/64
ip -6 route get fd00:9::1 oif d1
ip -6 route get fd00:9::1 oif d2
# An address that goes is no source any more.
ip addr del fd00:1::9/64 dev d1
ip -6 route show fd00:9::/64
# A gateway deletes one; without, all go.
ip -6 route del fd00:9::/64 via fd00:1::1
ip -6 route show fd00:9::/64
ip -6 route append fd00:9::/64 via fd00:2::2
ip -6 route append fd00:9::/64 via fd00:2::2
ip -6 route del fd00:9::/64 via fd00:2::7
ip -6 route del fd00:9::/64
ip -6 route show fd00:9::/64
ip -6 route add fd00:9::/64 nexthop via fd00:1::1 nexthop via fd00:2::1 nexthop via fd00:2::2
ip -6 route del fd00:9::/64 nexthop via fd00:2::1 nexthop via fd00:1::1
ip -6 route show fd00:9::/64
ip -6 route del fd00:9::/64
# A device that goes down takes its next hops away for a while, the last one the route.
ip -6 route add fd00:9::/64 nexthop via fd00:1::1 nexthop via fd00:2::1
ip link set d1 down
ip -6 route show fd00:9::/64
ip -6 route get fd00:9::1
ip link set d1 up
sleep 3
ip -6 route show fd00:9::/64
ip link set d2 down
ip link set d1 down
ip -6 route show fd00:9::/64
ip link set d1 up; ip link set d2 up
sleep 3
for n in 1 2; do ip addr add fd00:$n::3/64 dev d$n nodad; done
# One that is no more takes them for ever.
ip -6 route add fd00:9::/64 nexthop via fd00:1::1 nexthop via fd00:2::1 nexthop via fd00:2::2
ip link del d1
ip -6 route show fd00:9::/64
