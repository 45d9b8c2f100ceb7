# ipv6
# The MTU of a route follows that of its device, where it was the same or is too much now, unless it
# is locked.
ip link add v0 type veth peer name v1
ip link set v0 up; ip link set v1 up
sleep 2
ip addr add fd00:1::1/64 dev v0 nodad
ip -6 route add fd00:2::/64 dev v0 mtu 1500
ip -6 route add fd00:3::/64 dev v0 mtu 1400
ip -6 route add fd00:4::/64 dev v0 mtu 1300
ip -6 route add fd00:5::/64 dev v0 mtu lock 1400
ip -6 route add fd00:6::/64 dev v0
ip -6 route add fd00:7::/64 dev v1 mtu 1400
ip -6 route add fd00:8::/64 via fd00:1::2 mtu 1400
for mtu in 1350 1450 1500; do
    ip link set v0 mtu $mtu
    ip -6 route show proto boot
done
