#!/bin/bash
# needs: nf_conntrack_bridge
# Where rules of a bridge ask for connections, the bridge itself tracks them, without br_netfilter.
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
connections() { conntrack -L "$@" 2>/dev/null | sed 's/ [0-9]* src/ T src/; s/id=[0-9]*/id=N/g' | sort; }
nft add table bridge t
for hook in prerouting input forward output postrouting; do
    nft add chain bridge t $hook "{ type filter hook $hook priority 0; }"
done
nft add rule bridge t forward ct state new counter
nft add rule bridge t forward ct state established counter
nft add rule bridge t forward ether type arp ct state untracked counter
nft add rule bridge t postrouting ct state invalid counter drop
nft add rule bridge t input ct state new counter
nft add rule bridge t output ip protocol icmp ct state new,established counter
ip netns exec h1 ping -q -c2 -i0.1 -W1 10.0.0.2 | grep transmitted
connections -p icmp
ip netns exec h1 ping -q -c2 -i0.1 -W1 10.0.0.254 | grep transmitted
ping -q -c1 -W1 10.0.0.2 | grep transmitted
ip netns exec h1 arping -c1 -w1 -I eth0 10.0.0.2 | grep -o 'reply from.*\]'
connections -p icmp
nft list table bridge t
# A packet in fragments is one for the rules, and goes on in fragments.
conntrack -F 2>/dev/null
nft add table netdev n
nft add chain netdev n out '{ type filter hook egress device p2 priority 0; }'
nft add rule netdev n out ip frag-off and 0x3fff != 0 counter
ip netns exec h1 ping -q -c1 -W1 -s 3000 10.0.0.2 | grep transmitted
nft list chain bridge t forward
nft list chain netdev n out
# What is not to be tracked is not joined either.
conntrack -F 2>/dev/null
nft add chain bridge t early '{ type filter hook prerouting priority -300; }'
nft add rule bridge t early ip protocol icmp counter notrack
nft add rule bridge t forward ip protocol icmp ct state untracked counter
ip netns exec h1 ping -q -c1 -W1 -s 3000 10.0.0.2 | grep transmitted
connections -p icmp
nft list chain bridge t early
nft list chain bridge t forward
# A stateful filter: only h1 begins.
nft delete chain bridge t early
nft flush chain bridge t forward
nft add rule bridge t forward ct state established,related accept
nft add rule bridge t forward ct state new iifname p1 tcp dport 80 accept
nft add rule bridge t forward ct state new iifname p1 udp dport 99 accept
nft add rule bridge t forward ether type ip drop
ip netns exec h2 timeout 5 nc -l -N 80 </dev/null >/dev/null & sleep 1
ip netns exec h1 nc -N -w1 10.0.0.2 80 </dev/null && echo connected
ip netns exec h2 nc -z -w1 10.0.0.1 80 || echo no
# An error about a connection is of it.
echo x | ip netns exec h1 nc -u -p 5000 -w1 -q1 10.0.0.2 99
connections -p udp
nft list chain bridge t forward
