# ipv6
# Packets of IPv4 through gateways of IPv6: their neighbours are found by NDP.
for ns in left middle right; do ip netns add $ns; ip -n $ns link set lo up; done
ip link add l0 netns left type veth peer name m0 netns middle
ip link add r0 netns right type veth peer name m1 netns middle
ip -n left link set l0 address 02:00:00:00:00:01 up
ip -n middle link set m0 address 02:00:00:00:00:02 up
ip -n middle link set m1 address 02:00:00:00:00:03 up
ip -n right link set r0 address 02:00:00:00:00:04 up
ip -n left addr add 2001:db8::1/64 dev l0 nodad
ip -n middle addr add 2001:db8::2/64 dev m0 nodad
ip -n middle addr add 2001:db8:1::2/64 dev m1 nodad
ip -n right addr add 2001:db8:1::4/64 dev r0 nodad
# No link has a prefix of IPv4.
ip -n left addr add 10.0.0.1/32 dev lo
ip -n middle addr add 10.0.0.2/32 dev lo
ip -n right addr add 10.0.0.4/32 dev lo
ip netns exec middle sysctl -qw net.ipv4.ip_forward=1
sleep 2
ip -n left nexthop add id 1 via 2001:db8::2 dev l0
ip -n left route add 10.0.0.0/24 nhid 1 src 10.0.0.1
ip -n middle route add 10.0.0.1 via inet6 2001:db8::1 dev m0
ip -n middle route add 10.0.0.4 via inet6 2001:db8:1::4 dev m1
ip -n right -4 route add default via inet6 2001:db8:1::2 dev r0 src 10.0.0.4
ip -n middle route
ip -n right route
ip netns exec left ping -c2 -i0.2 10.0.0.4 | sed 's/time.*//; /^rtt/d'
ip netns exec left ping -c1 10.0.0.2 | sed 's/time.*//; /^rtt/d'
ip netns exec left ping -c1 -s 3000 10.0.0.4 | sed 's/time.*//; /^rtt/d'
ip -n left neigh show 2001:db8::2 | sed 's/STALE\|REACHABLE\|DELAY/known/'
ip -n left -4 neigh
# A gateway that does not answer.
ip -n middle route replace 10.0.0.4 via inet6 2001:db8:1::5 dev m1
ip netns exec left ping -c1 -W4 10.0.0.4 | sed 's/time.*//; /^rtt/d'
