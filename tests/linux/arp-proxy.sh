#!/bin/bash
# proxy_arp: a router answers for what it can reach by another device; and a single proxy entry.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip link add r0 address 02:00:00:00:00:10 type veth peer name eth0 address 02:00:00:00:00:01 netns left
ip link add r1 address 02:00:00:00:00:20 type veth peer name eth0 address 02:00:00:00:00:02 netns right
ip addr add 10.0.0.254/24 dev r0
ip addr add 10.0.1.254/24 dev r1
ip link set r0 up
ip link set r1 up
ip -n left addr add 10.0.0.1/16 dev eth0
ip -n left link set eth0 up
ip -n right addr add 10.0.1.2/24 dev eth0
ip -n right link set eth0 up
ip -n right route add default via 10.0.1.254
ip netns exec left sysctl -q net.ipv4.neigh.eth0.retrans_time_ms=100
sysctl -q net.ipv4.ip_forward=1 net.ipv4.neigh.r0.proxy_delay=0
ip netns exec left ping -c1 -W1 10.0.1.2
sysctl net.ipv4.conf.r0.proxy_arp=1
ip -n left neigh flush dev eth0
ip netns exec left ping -c1 -W1 10.0.1.2
ip -n left neigh show 10.0.1.2 | cut -d' ' -f1-5
ip netns exec left ping -q -c1 -W0.5 10.0.2.2 | grep transmitted
sysctl net.ipv4.conf.r0.proxy_arp=0
ip neigh add proxy 10.0.1.2 dev r0
ip neigh show proxy
ip -n left neigh flush dev eth0
ip netns exec left ping -q -c1 -W1 10.0.1.2 | grep transmitted
