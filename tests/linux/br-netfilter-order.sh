#!/bin/bash
# Where br_netfilter stands among the chains of a bridge at a hook: the mark says which came before.
set -v; trap 'echo "exit status $?"' ERR
modprobe br_netfilter
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
ip -n h1 neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0
ip -n h2 neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0
sysctl -w net.bridge.bridge-nf-call-iptables=1
nft add table bridge t
nft add table ip t
for hook in prerouting forward postrouting; do
    nft add chain ip t $hook "{ type filter hook $hook priority 0; }"
    for n in 1 2 3 4; do
        priority=$((n * 100 - 250))
        nft add chain bridge t $hook$n "{ type filter hook $hook priority $priority; }"
        nft add rule bridge t $hook$n meta mark set $n
        nft add rule ip t $hook meta mark $n counter
    done
done
ip netns exec h1 ping -q -c1 -W1 10.0.0.2 | grep transmitted
nft list table ip t
