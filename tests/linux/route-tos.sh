# ipv6
# What routes and rules make of the type of service.
ip link set lo up
ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
ip addr add 10.0.0.1/24 dev v0
sleep 3
ip -6 addr add fd00::1/64 dev v0 nodad
# A route of IPv4 compares the bits that RFC 1349 knows: precedence does not count.
ip route add 10.5.0.0/16 tos 0x10 dev v0
ip route get 10.5.0.1 tos 0x10
ip route get 10.5.0.1 tos 0xd0
ip route get 10.5.0.1 tos 0x14
ip route get 10.5.0.1
# What is told is the type of service of the route, not the one that was asked for.
ip route get 10.0.0.9 tos 0x10
ip route get 10.0.0.1 tos 0x10
# Rules of IPv4 compare as routes do, rules of IPv6 the whole.
ip rule add tos 0x10 unreachable pref 50
ip route get 10.0.0.9 tos 0x10
ip route get 10.0.0.9 tos 0xd0
ip route get 10.0.0.9 tos 0x14
ip -6 rule add tos 0x10 unreachable pref 50
ip -6 route get fd00::9 tos 0x10
ip -6 route get fd00::9 tos 0xd0
# So a rule of IPv4 for another cannot be.
ip rule add tos 0x30 lookup 7
ip -6 rule add tos 0x30 lookup 7
# A new rule is the same as one that is there if it says less of addresses and type of service.
ip rule add from 1.2.3.4 lookup 100 pref 100
ip rule add lookup 100 pref 100
ip rule add to 10.0.0.0/8 lookup 100 pref 100
ip rule add from 1.2.3.0/24 lookup 100 pref 100
ip rule add not lookup 100 pref 100
ip rule add tos 0x10 lookup 100 pref 101
ip rule add lookup 100 pref 101
ip -6 rule add from 1::1 lookup 100 pref 100
ip -6 rule add lookup 100 pref 100
ip rule
ip -6 rule
