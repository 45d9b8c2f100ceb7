#!/bin/bash
# ARP through a bridge is seen by rules of its family, field by field.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
nft add table bridge t
nft add chain bridge t f '{ type filter hook forward priority 0; }'
nft add rule bridge t f arp operation request arp saddr ip 10.0.0.1 arp daddr ip 10.0.0.2 counter
nft add rule bridge t f arp operation reply arp saddr ether 02:00:00:00:00:02 counter
nft add rule bridge t f ether daddr ff:ff:ff:ff:ff:ff meta pkttype broadcast counter
nft add rule bridge t f ether type arp arp htype 1 arp plen 4 counter
nft list chain bridge t f
ip netns exec h1 arping -c1 -w1 -I eth0 10.0.0.2 | grep -o 'Received.*'
nft list chain bridge t f
nft insert rule bridge t f arp daddr ip 10.0.0.2 drop
ip netns exec h1 arping -c1 -w1 -I eth0 10.0.0.2 | grep -o 'Received.*'
