#!/bin/bash
# ipv6
# TCPMSS on a router: a SYN tells a smaller segment, never a greater one; what the way allows is what
# the narrower of both directions has.
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
ip -n a addr add fd01::1/64 dev a0 nodad
ip -n r addr add fd01::2/64 dev r0 nodad
ip -n r addr add fd02::2/64 dev r1 nodad
ip -n b addr add fd02::1/64 dev b0 nodad
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a route add default via 10.0.1.2
ip -n b route add default via 10.0.2.2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
ip -n a route add default via fd01::2
ip -n b route add default via fd02::2
ip netns exec r sysctl -q -w net.ipv6.conf.all.forwarding=1
sleep 2
r() { ip netns exec r "$@"; }
heard() { ip netns exec b $1 -t mangle -F; for mss in 536 1000 1220 1300 1358 1400 1440 1460; do ip netns exec b $1 -t mangle -A INPUT -p tcp --syn -m tcpmss --mss $mss -m comment --comment "told $mss"; done; }
told() { ip netns exec b $1 -t mangle -nvxL INPUT | grep ' 1 .*told' | grep -o 'told [0-9]*'; }
try() { heard iptables; heard ip6tables; ip netns exec a nc -z -w 1 10.0.2.1 80; ip netns exec a nc -z -w 1 fd02::1 80; told iptables; told ip6tables; }
try
for i in iptables ip6tables; do r $i -t mangle -A FORWARD -p tcp --syn -j TCPMSS --set-mss 1300; done
try
for i in iptables ip6tables; do r $i -t mangle -F; r $i -t mangle -A FORWARD -p tcp --syn -j TCPMSS --set-mss 2000; done
try
for i in iptables ip6tables; do r $i -t mangle -F; r $i -t mangle -A FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu; done
r ip route add 10.0.2.1/32 dev r1 mtu 1398
r ip route add fd02::1/128 dev r1 mtu 1460
try
r ip route del 10.0.2.1/32
r ip route add 10.0.1.1/32 dev r0 mtu 1398
try
