# ipv6
# A gateway is first looked for in the table of its route, even where no rule leads there, and where
# that table does not know, by the rules.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
sleep 3
sysctl -qw net.ipv6.conf.all.forwarding=1
ip addr add fd00:1::1/64 dev v0 nodad
# Rules that lead nowhere do not stand against a route of the main table.
ip -6 rule add from ::/0 priority 100 blackhole
ip -6 route add fd00:2::/64 via fd00:1::2
ip -6 route add fd00:3::/64 via fd00:1::2 dev v0
# Against one of another table they do, and against a next hop object, which is of no table.
ip -6 route add default via fd00:1::2 table 100
ip -6 nexthop add id 1 via fd00:1::2 dev v0
ip -6 rule del priority 100
# The table's own prefixes come first.
ip -6 route add fd00:1::/64 dev v1 table 100
ip -6 route add fd00:4::/64 via fd00:1::2 table 100
# Where they do not fit, the rules answer.
ip -6 route add fd00:5::/64 via fd00:1::2 dev v0 table 100
ip -6 route add fd00:1::/64 via fd00:1::2 table 101
ip -6 route add fd00:6::/64 via fd00:1::3 table 101
ip -6 route add unreachable fd00:1::/64 table 102
ip -6 route add fd00:7::/64 via fd00:1::3 table 102
ip -6 route show table 100
ip -6 route show table 101
ip -6 route show table 102
ip -6 route show proto boot
# An address that several hosts have can be a gateway, one behind the loopback cannot.
ip -6 route add fd00:8::/64 via fd00:1::
ip -6 route add local fd00:9::/64 dev lo
ip -6 route add fd00:a::/64 via fd00:9::1
ip -6 route add fd00:b::/64 dev lo
ip -6 route add fd00:c::/64 via fd00:b::1
# In the table of its route its link needs no carrier.
sysctl -qw net.ipv6.conf.all.ignore_routes_with_linkdown=1
ip link set v1 down
sleep 1
ip -6 route add fd00:d::/64 via fd00:1::2
ip -6 route add fd00:e::/64 via fd00:1::2 table 103
ip -6 route show fd00:d::/64
