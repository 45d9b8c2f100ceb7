# ipv6
# Routes of IPv6: their metric, their order, appending that makes several ways, and what is refused.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v1 address 02:00:00:00:00:02
ip link set v0 up
ip link set v1 up
sleep 3
ip -6 addr add 2001:db8::1/64 dev v0 nodad
ip -6 route add 2001:db8:100::/48 via 2001:db8::9
ip -6 route add 2001:db8:100::/48 via 2001:db8::9
ip -6 route add 2001:db8:100::/48 via 2001:db8::9 metric 5
ip -6 route append 2001:db8:100::/48 via 2001:db8::10
ip -6 route add default via fe80::9
ip -6 route add default via fe80::9 dev v0
ip route add 2001:db8:1::/48 via 2001:db8::9
ip -6 route add 2001:db8:101::/48 via 2001:db8:99::1
ip -6 route add 2001:db8:101::/48 dev v0 proto static src 2001:db8::1
ip -6 route add 2001:db8:102::/48 dev v0 src 2001:db8::99
ip -6 route add 2001:db8:107::1/48 dev v0
ip -6 route add 2001:db8:108::/48 nexthop via 2001:db8::9 nexthop via 2001:db8::10 weight 2
ip -6 route add 2001:db8:109::/48 dev v9
ip -6 route add 2001:db8:109::/48 via 2001:db8::9 table 100
ip -6 route add 2001:db8:110::/48 via 2001:db8::9 mtu 1300
ip -6 route add 2001:db8:110::/47 via 2001:db8::9
ip -6 route replace 2001:db8:101::/48 dev v1
ip -6 route change 2001:db8:111::/48 dev v1
ip -6 route
ip -j -6 route
ip -d -6 route
ip -6 route show table 100
ip -6 route show table 101
ip -6 route show 2001:db8:100::/48
ip -6 route show root 2001:db8::/32
ip -6 route show match 2001:db8:110::1
ip -6 route del 2001:db8:100::/48 metric 5
ip -6 route del 2001:db8:100::/48
ip -6 route del 2001:db8:100::/48
ip -6 route del default via fe80::9 dev v0
ip -6 route
