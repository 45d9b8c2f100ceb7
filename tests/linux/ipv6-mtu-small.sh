# ipv6
# A device that takes less than 1280 bytes has no IPv6: no address, no route, no setting.
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1
ip link set v1 up; ip link set v0 up
ip addr add 2001:db8::1/64 dev v0 nodad
sysctl -w net.ipv6.conf.v0.hop_limit=33
sleep 3
ip -6 route show dev v0
ip link set v0 mtu 1280
ip -6 -br addr show dev v0 | tr -s ' '
sysctl net.ipv6.conf.v0.mtu
ip link set v0 mtu 1279
ip -6 -br addr show dev v0 | tr -s ' '
ip -6 route show dev v0
sysctl net.ipv6.conf.v0.hop_limit
ip addr add 2001:db8::1/64 dev v0 nodad
ip -6 route add 2001:db8:5::/64 dev v0
ip link set v0 mtu 1500
sleep 3
ip -6 -br addr show dev v0 | tr -s ' '
sysctl net.ipv6.conf.v0.hop_limit net.ipv6.conf.v0.mtu
