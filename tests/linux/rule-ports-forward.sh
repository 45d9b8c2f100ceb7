#!/bin/bash
# A router looks into the packets that it passes on: ports of whole packets, of fragments the
# protocol alone.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip link add eth0 type veth peer name eth0 netns left
ip link add eth1 type veth peer name eth0 netns right
for dev in lo eth0 eth1; do ip link set $dev up; done
for ns in left right; do ip -n $ns link set lo up; ip -n $ns link set eth0 up; done
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.1.1/24 dev eth1
ip -n left addr add 10.0.0.2/24 dev eth0
ip -n right addr add 10.0.1.2/24 dev eth0
ip -n left route add default via 10.0.0.1
ip -n right route add default via 10.0.1.1
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0
# Each question has its own source, for Linux tells one sender of what is prohibited seldom.
for n in 11 12 13 14 15 16 17 18; do ip -n left addr add 10.0.0.$n/24 dev eth0; done
reach() { ip netns exec left "$@" | sed 's/ [0-9.]* ms//'; }
reach traceroute -n -q1 -w1 -m3 -s 10.0.0.11 10.0.1.2
ip rule add ipproto udp dport 33434-33534 to 10.0.1.2 prohibit pref 10
reach traceroute -n -q1 -w1 -m1 -s 10.0.0.12 10.0.1.2
reach ping -c1 -W1 -q 10.0.1.2 | head -4
# The range ends before the port that is asked for.
ip rule del pref 10
ip rule add ipproto udp dport 33000-33433 to 10.0.1.2 prohibit pref 10
reach traceroute -n -q1 -w1 -m3 -s 10.0.0.13 10.0.1.2
ip rule del pref 10
# Neither fragment of a packet has ports, and both have a protocol.
ip rule add ipproto udp dport 33434-33534 to 10.0.1.2 prohibit pref 10
reach traceroute -n -q1 -w1 -f2 -m2 -s 10.0.0.14 10.0.1.2 3000
ip rule del pref 10
ip rule add ipproto udp to 10.0.1.2 prohibit pref 10
reach traceroute -n -q1 -w1 -m1 -s 10.0.0.15 10.0.1.2 3000
ip rule del pref 10
ip rule add ipproto icmp to 10.0.1.2 prohibit pref 10
reach ping -c1 -W1 -q 10.0.1.2 | head -4
reach traceroute -n -q1 -w1 -m3 -s 10.0.0.18 10.0.1.2
