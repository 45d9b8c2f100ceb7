#!/bin/bash
# What is refused without a word: errors, what went to everybody, and resets.
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
a() { ip netns exec a "$@"; }
r() { ip netns exec r "$@"; }
r sysctl -q -w net.ipv4.icmp_echo_ignore_broadcasts=0
r iptables -A INPUT -j REJECT
r iptables -A OUTPUT -p icmp --icmp-type destination-unreachable
a ping -q -b -c 1 -W 1 10.0.1.255 2>&1 | grep loss
r iptables -nvxL INPUT
r iptables -nvxL OUTPUT
# The error that tells of a closed port of the router's own question.
r iptables -Z
echo x | r nc -u -w 1 10.0.1.1 9
r iptables -nvxL INPUT
r iptables -nvxL OUTPUT
