#!/bin/bash
# Rules of nft at the hooks of a router: what passes, what is counted, what the sender is told.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip link add r0 address 02:00:00:00:00:10 type veth peer name eth0 address 02:00:00:00:00:01 netns left
ip link add r1 address 02:00:00:00:00:20 type veth peer name eth0 address 02:00:00:00:00:02 netns right
ip addr add 10.0.1.254/24 dev r0
ip addr add 10.0.2.254/24 dev r1
ip -n left addr add 10.0.1.1/24 dev eth0
ip -n right addr add 10.0.2.2/24 dev eth0
for dev in lo r0 r1; do ip link set $dev up; done
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip -n left route add default via 10.0.1.254
ip -n right route add default via 10.0.2.254
sysctl -q net.ipv4.ip_forward=1
nft add table ip t
nft add chain ip t f '{ type filter hook forward priority 0; }'
nft add rule ip t f iifname r0 ip daddr 10.0.2.2 icmp type echo-request counter
ip netns exec left ping -q -c2 -i0.2 -W1 10.0.2.2 | grep transmitted
nft list chain ip t f
nft add rule ip t f iif r0 ip ttl '<' 64 reject with icmp admin-prohibited
ip netns exec left ping -c1 -W1 10.0.2.2 | grep -o 'From.*'
nft flush chain ip t f
nft add set ip t blocked '{ type ipv4_addr; flags interval; elements = { 10.0.2.0/30 }; }'
nft add rule ip t f ip daddr @blocked counter drop
ip netns exec left ping -q -c1 -W1 10.0.2.2 | grep transmitted
nft flush set ip t blocked
ip netns exec left ping -q -c1 -W1 10.0.2.2 | grep transmitted
nft list table ip t
