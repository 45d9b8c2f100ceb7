# ipv6
# Routes of IPv6 that lead nowhere, and what a local sender is told.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v0 up
ip link set v1 up
sleep 3
ip -6 addr add 2001:db8::1/64 dev v0 nodad
ip -6 route add blackhole 2001:db8:103::/48
ip -6 route add unreachable 2001:db8:104::/48
ip -6 route add prohibit 2001:db8:105::/48
ip -6 route add throw 2001:db8:106::/48
ip -6 route show dev lo
for n in 103 104 105 106 107; do
    ip -6 route get 2001:db8:$n::1
done
ip -6 route flush proto boot
ip -6 route
