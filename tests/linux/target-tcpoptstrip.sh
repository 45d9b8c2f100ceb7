#!/bin/bash
# Options of TCP that are taken away on the way, and the checksums stay right: the call comes through.
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
b() { ip netns exec b "$@"; }
for option in 2 3 4 8; do b iptables -t mangle -A INPUT -p tcp --syn --tcp-option $option; done
b nc -k -l 10.0.2.1 7777 >/dev/null </dev/null &
sleep 0.3
ip netns exec a nc -z -v -w 1 10.0.2.1 7777
r iptables -t mangle -A FORWARD -p tcp -j TCPOPTSTRIP --strip-options wscale,timestamp
ip netns exec a nc -z -v -w 1 10.0.2.1 7777
r iptables -t mangle -F
r iptables -t mangle -A FORWARD -p tcp -j TCPOPTSTRIP --strip-options 2,sack-permitted
ip netns exec a nc -z -v -w 1 10.0.2.1 7777
b iptables -t mangle -nvxL INPUT
kill %1
