# ipv6
# `throw` sends a packet on to the next rule, but ends the search for a gateway.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
sleep 2
ip addr add fd00:1::1/64 dev v0 nodad
ip route add throw fd00:1::2/128 table local
ip route get fd00:1::2
ip route add fd00:2::/64 via fd00:1::2
ip -6 rule add from all table 100
ip route get fd00:1::2
ip route add fd00:2::/64 via fd00:1::2
ip route add fd00:2::/64 via fd00:1::2 table 100
ip route add fd00:2::/64 via fd00:1::3
# In the table of the route itself it says nothing.
ip route add throw fd00:1::4/128 table 101
ip route add fd00:2::/64 via fd00:1::4 table 101
ip -6 route show table 101
# One of a shorter prefix, behind the one of the link, is not met.
ip route add throw fd00::/16
ip route add fd00:3::/64 via fd00:1::3
