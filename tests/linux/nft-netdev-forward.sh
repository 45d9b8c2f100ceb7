#!/bin/bash
# fwd to: what a device takes in leaves by another one, as it is or to a neighbour there.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip netns add h$n
    ip link add v$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set v$n up
    ip -n h$n link set eth0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
done
ip -n h1 neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0
ip -n h2 neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0
nft add table netdev t
for n in 1 2; do
    nft add chain netdev t in$n "{ type filter hook ingress device v$n priority 0; }"
    nft add chain netdev t out$n "{ type filter hook egress device v$n priority 0; }"
    nft add rule netdev t out$n counter
done
# Both ways: a wire.
nft add rule netdev t in1 counter fwd to v2
nft add rule netdev t in2 counter fwd to v1
ip netns exec h1 ping -q -c2 -i0.1 -W1 10.0.0.2 | grep transmitted
ip netns exec h1 arping -c1 -w1 -I eth0 10.0.0.2 | grep -o 'reply from.*\]'
nft list table netdev t
# To a neighbour, whatever address it was sent to: each packet takes a hop.
nft flush chain netdev t in1
ip neigh add 10.9.9.9 lladdr 02:00:00:00:00:02 dev v2
ip -n h1 neigh replace 10.0.0.2 lladdr 02:00:00:00:00:77 dev eth0
nft add rule netdev t in1 counter fwd ip to 10.9.9.9 device v2
nft add rule netdev t in1 counter
ip netns exec h1 ping -q -c1 -W0.3 -t 1 10.0.0.2 | grep transmitted
ip netns exec h1 ping -q -c1 -W1 -t 2 10.0.0.2 | grep transmitted
# ARP is no packet of IP, and the rule is not for it.
ip netns exec h1 arping -q -c1 -w1 -I eth0 10.0.0.2 || echo nobody
nft list chain netdev t in1
# To a device that is not up.
nft flush chain netdev t in1
ip link add v3 type veth peer name v4
nft add rule netdev t in1 counter fwd to v3
ip netns exec h1 ping -q -c1 -W0.2 10.0.0.2 | grep transmitted
nft list chain netdev t in1
# Rules that send on what rules sent come to an end.
for chain in in1 in2 out1 out2; do nft flush chain netdev t $chain; done
nft add rule netdev t out1 counter fwd to v2
nft add rule netdev t out2 counter fwd to v1
ip addr add 10.0.0.254/24 dev v1
ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev v1
ping -q -c1 -W0.2 10.0.0.1 | grep transmitted
nft list table netdev t
