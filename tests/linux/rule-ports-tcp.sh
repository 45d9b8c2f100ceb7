#!/bin/bash
# Rules by port and connections of TCP: of this host, and passed on.
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
sysctl -qw net.ipv4.ip_forward=1
ip netns exec left nc -nvz -w1 10.0.1.2 80
ip rule add ipproto tcp dport 80 to 10.0.1.2 unreachable pref 10
ip netns exec left nc -nvz -w1 10.0.1.2 80
ip netns exec left nc -nvz -w1 10.0.1.2 81
nc -nvz -w1 10.0.1.2 80
nc -nvz -w1 10.0.1.2 81
# The answer is asked about too, by its own ports.
ip rule del pref 10
ip rule add ipproto tcp sport 80 to 10.0.0.2 blackhole pref 10
ip netns exec left nc -nvz -w1 10.0.1.2 80
ip netns exec left nc -nvz -w1 10.0.1.2 81
