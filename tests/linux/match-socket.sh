#!/bin/bash
# -m socket matches what is for a socket of this host: not one bound to any address, unless that is asked
# for.
ip netns add a
ip netns add r
ip netns add b
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
for n in a r b; do ip -n $n link set lo up; done
ip -n a addr add 10.0.1.1/24 dev a0
ip -n r addr add 10.0.1.2/24 dev r0
ip -n r addr add 10.0.2.2/24 dev r1
ip -n b addr add 10.0.2.1/24 dev b0
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a route add default via 10.0.1.2
ip -n b route add default via 10.0.2.2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
r() { ip netns exec r "$@"; }
m() { r iptables -t mangle -A PREROUTING -p "$@"; }
m tcp -m socket -m comment --comment plain
m tcp -m socket --nowildcard -m comment --comment nowildcard
m tcp -m socket --transparent -m comment --comment transparent
m udp -m socket
m udp -m socket --nowildcard
see() { r iptables -t mangle -nvxL PREROUTING | sed 1,2d; r iptables -t mangle -Z; }
ip netns exec a nc -z -v -w 1 10.0.1.2 5000
see
r nc -l 10.0.1.2 5000 </dev/null >/dev/null &
sleep 0.3
ip netns exec a nc -z -v -w 1 10.0.1.2 5000
wait
see | sed 's/^ *[1-9][0-9]* *[0-9]* /some /'
r nc -l 0.0.0.0 5001 </dev/null >/dev/null &
sleep 0.3
ip netns exec a nc -q 0 -w 1 10.0.1.2 5001 </dev/null
wait
see | sed 's/^ *[1-9][0-9]* *[0-9]* /some /'
r socat -u UDP-RECV:5002,bind=10.0.1.2 - >/dev/null &
r socat -u UDP-RECV:5003 - >/dev/null &
sleep 0.3
echo hi | ip netns exec a nc -u -w 1 10.0.1.2 5002
see
echo hi | ip netns exec a nc -u -w 1 10.0.1.2 5003
see
kill $(jobs -p)
