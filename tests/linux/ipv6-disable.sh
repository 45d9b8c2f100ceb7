# ipv6
# disable_ipv6 takes IPv6 from a device, or from all, and gives it back.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v0 up
ip link set v1 up
sleep 3
ip -6 addr add 2001:db8::1/64 dev v0 nodad
sysctl -w net.ipv6.conf.v0.disable_ipv6=1
ip -6 addr show v0
ip -6 route show dev v0
ip -6 addr add 2001:db8::1/64 dev v0
ip -6 route add 2001:db8:1::/48 dev v0
sysctl -w net.ipv6.conf.v0.disable_ipv6=0
sleep 3
ip -6 addr show v0
sysctl -w net.ipv6.conf.all.disable_ipv6=1
sysctl net.ipv6.conf.default.disable_ipv6 net.ipv6.conf.v0.disable_ipv6 net.ipv6.conf.lo.disable_ipv6
ip -6 addr
ip -6 route show table all
ip link set v0 mtu 1279
sysctl -w net.ipv6.conf.all.disable_ipv6=0
sleep 3
ip -6 addr show lo
ip -6 addr show v0
ip link set v0 mtu 1280
sleep 3
ip -6 addr show v0
