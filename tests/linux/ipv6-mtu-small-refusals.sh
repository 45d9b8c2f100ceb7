# ipv6
# What is asked of a device too small for IPv6 is refused before anything else is looked at.
ip link add v0 type veth peer name v1
ip link add w0 type veth peer name w1
for dev in v0 v1 w0 w1; do ip link set $dev up; done
ip addr add fd00:1::1/64 dev w0 nodad
sleep 2
ip link set v0 mtu 1000
# It has no address to lose, and takes none.
ip addr del fd00:2::1/64 dev v0
ip addr add fd00:2::1/64 dev v0
# It is no device for a route, whatever the gateway.
ip route add fd00:9::/64 via fd00:1::1 dev v0
ip route add fd00:9::/64 via fd00:1::2 dev v0
ip route add fd00:9::/64 via fd00:1::2 dev v0 onlink
ip route add fd00:9::/64 via ff02::1 dev v0
ip route add fd00:9::/64 via ::1 dev v0
ip route add fd00:9::/64 dev v0
ip -6 nexthop add id 1 via ::1 dev v0
# It has no neighbours, nor speaks for any.
ip neigh add fd00:2::2 lladdr 02:00:00:00:00:05 dev v0
ip neigh replace fd00:2::2 lladdr 02:00:00:00:00:05 dev v0 nud permanent
ip neigh add proxy fd00:2::2 dev v0
ip neigh change fd00:2::2 lladdr 02:00:00:00:00:05 dev v0
# Where IPv6 is switched off it has no neighbours either, but can speak for others.
sysctl -qw net.ipv6.conf.w0.disable_ipv6=1
ip addr del fd00:1::1/64 dev w0
ip route add fd00:9::/64 via ::1 dev w0
ip route add fd00:9::/64 dev w0
ip neigh replace fd00:2::2 lladdr 02:00:00:00:00:05 dev w0 nud permanent
ip neigh add proxy fd00:2::2 dev w0
ip -6 neigh show
ip -6 neigh show proxy
