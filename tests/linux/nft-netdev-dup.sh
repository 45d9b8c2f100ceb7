#!/bin/bash
# What a device takes in is sent out of another one too.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip netns add h$n
    ip link add v$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set v$n up
    ip -n h$n link set eth0 up
done
ip addr add 10.0.0.254/24 dev v1
ip -n h1 addr add 10.0.0.1/24 dev eth0
ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev v1
ip -n h1 neigh add 10.0.0.254 lladdr 02:00:00:00:01:01 dev eth0
ip netns exec h2 nft add table netdev t
ip netns exec h2 nft add chain netdev t in '{ type filter hook ingress device eth0 priority 0; }'
ip netns exec h2 nft add rule netdev t in ether saddr 02:00:00:00:00:01 icmp type echo-request counter
nft add table netdev t
nft add chain netdev t in '{ type filter hook ingress device v1 priority 0; }'
nft add rule netdev t in icmp type echo-request dup to v2 counter
ip netns exec h1 ping -q -c2 -i0.1 -W1 10.0.0.254 | grep transmitted
nft list table netdev t
ip netns exec h2 nft list table netdev t
