#!/bin/bash
# Two sites across a router, joined by a program at each that carries the packets of its TUN inside
# UDP: what a VPN is, without its cipher.
set -e
for n in left router right; do ip netns add $n; ip -n $n link set lo up; done
ip link add eth0 netns left type veth peer name r0 netns router
ip link add eth0 netns right type veth peer name r1 netns router
ip -n left addr add 10.0.1.2/24 dev eth0
ip -n right addr add 10.0.2.2/24 dev eth0
ip -n router addr add 10.0.1.1/24 dev r0
ip -n router addr add 10.0.2.1/24 dev r1
ip -n left link set eth0 up
ip -n right link set eth0 up
ip -n router link set r0 up
ip -n router link set r1 up
ip -n left route add default via 10.0.1.1
ip -n right route add default via 10.0.2.1
ip netns exec router sysctl -qw net.ipv4.ip_forward=1

# The programs: each reads packets from its device and sends them to the other.
ip netns exec right socat UDP-LISTEN:11443,reuseaddr TUN:192.168.255.2/24,up &
one=$!
sleep 1
ip netns exec left socat UDP:10.0.2.2:11443 TUN:192.168.255.1/24,up &
other=$!
sleep 1

# The router sees UDP and nothing of what is inside.
ip netns exec router tcpdump -n -i r0 -c 2 udp &
sleep 1
ip netns exec left ping -c 1 192.168.255.2
wait %3
ip -n left addr show dev tun0
kill $one $other
