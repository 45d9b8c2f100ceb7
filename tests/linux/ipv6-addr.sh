# ipv6
# Addresses of IPv6: the newest first, those of wider scope before narrower ones, with their flags
# and routes; and what is refused.
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v1 address 02:00:00:00:00:02
ip link set v0 up
ip link set v1 up
sleep 3
ip -6 addr add 2001:db8::1/64 dev v0
ip -6 addr add 2001:db8::2/64 dev v0
ip -6 addr add 2001:db8::1/64 dev v0
ip addr add 2001:db8::3/128 dev v0 nodad
ip -6 addr add 2001:db8:1::3/64 dev v0 nodad noprefixroute
ip -6 addr add 2001:db8:2::3/64 dev v0 nodad metric 77
ip -6 addr add 2001:db8:3::7/64 dev v0 preferred_lft 0
ip -6 addr add 2001:db8:4::7 peer 2001:db8:4::8 dev v0
ip -6 addr show v0
sleep 3
ip -6 addr show v0
ip -o -6 addr show v0
ip -j -6 addr show v0
ip -br -6 addr show v0
ip -6 route show table all dev v0
ip -6 addr del 2001:db8::9/64 dev v0
ip -6 addr del 2001:db8::1 dev v0
ip -6 addr del 2001:db8::2/64 dev v0
ip -6 route
ip -6 addr del 2001:db8::1/64 dev v0
ip -6 addr add ff02::7/64 dev v0
ip -6 addr add ::/64 dev v0
ip -6 addr add ::1/128 dev v0
ip -6 addr add 10.0.0.1/24 dev v0
ip -6 addr flush dev v0 scope global
ip -6 addr show v0
ip -6 route
