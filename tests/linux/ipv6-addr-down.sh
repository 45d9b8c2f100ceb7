# ipv6
# A device that goes down loses its IPv6 addresses and routes, unless keep_addr_on_down keeps those
# that users gave it.
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v0 up
ip link set v1 up
ip -6 addr add 2001:db8::1/64 dev v0 nodad
ip -6 route add 2001:db8:9::/48 via 2001:db8::9
sleep 3
ip link set v0 down
ip -6 addr show v0
ip -6 route
sysctl -w net.ipv6.conf.v0.keep_addr_on_down=1
ip link set v0 up
ip -6 addr add 2001:db8::1/64 dev v0 nodad
sleep 3
ip link set v0 down
ip -6 addr show v0
ip -6 route
ip link set v0 up
sleep 3
ip -6 addr show v0
ip -6 route show table all dev v0
