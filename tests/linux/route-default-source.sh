# ipv6
# The address named first says of which family the route to `default` is.
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
sleep 2
ip addr add fd00:1::1/64 dev v0 nodad
ip addr add 10.0.1.1/24 dev v0
ip route add default dev v0 src fd00:1::1
ip route add default dev v0 src 10.0.1.1
ip route add default src fd00:1::1 via 10.0.1.2
ip route add default src 10.0.1.1 via fd00:1::2 metric 5
ip route add default via fd00:1::2 src 10.0.1.1 metric 6
ip route show default
ip -6 route show default
ip route del default dev v0 src fd00:1::1
ip -6 route show default
