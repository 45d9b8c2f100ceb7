#!/bin/bash
# needs: nft_reject_bridge
# A bridge refuses frames: the answer leaves by the port that the frame came by, in the name of whom
# the frame was for.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
ip addr add 10.0.0.254/24 dev br0
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
for n in 1 2; do
    ip neigh add 10.0.0.$n lladdr 02:00:00:00:00:0$n dev br0
    ip -n h$n neigh add 10.0.0.254 lladdr 02:00:00:00:00:99 dev eth0
done
ip -n h1 neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0
ip -n h2 neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0
nft add table bridge t
for hook in prerouting input forward output postrouting; do
    nft add chain bridge t $hook "{ type filter hook $hook priority 0; }"
done
# Only what comes in can be refused.
for hook in forward output postrouting; do
    nft add rule bridge t $hook ip protocol icmp reject 2>&1 | head -1
done
nft add rule bridge t prerouting ip daddr 10.0.0.2 icmp type echo-request counter reject
nft add rule bridge t prerouting ip daddr 10.0.0.2 tcp dport 80 counter reject with tcp reset
nft add rule bridge t prerouting ip daddr 10.0.0.2 udp dport 53 counter reject with icmpx type host-unreachable
nft add rule bridge t input icmp type echo-request counter reject with icmp type admin-prohibited
# The answer passes the rules of what the bridge itself sends.
nft add rule bridge t output icmp type destination-unreachable counter
nft add rule bridge t postrouting oifname p1 icmp type destination-unreachable counter
nft add rule bridge t forward icmp type destination-unreachable counter
ip netns exec h1 timeout 9 tcpdump -lnei eth0 -c2 'icmp[0] == 3' >dump 2>/dev/null & sleep 3
ip netns exec h1 ping -c1 -W1 10.0.0.2 | sed -n 2p
ip netns exec h1 ping -c1 -W1 10.0.0.254 | sed -n 2p
wait; sed 's/^[^ ]* //; s/length.*//' dump
ip netns exec h1 nc -z -w1 10.0.0.2 80 || echo refused
# What is sent to all is refused silently.
nft add rule bridge t prerouting ip daddr 10.0.0.255 counter reject
ip netns exec h1 ping -b -c1 -W0.2 10.0.0.255 2>&1 | grep -o '.* received'
nft list table bridge t
