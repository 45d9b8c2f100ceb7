#!/bin/bash
# Rules of family arp: what this host receives and what it says.
set -v; trap 'echo "exit status $?"' ERR
ip netns add far
ip link add v0 address 02:00:00:00:00:10 type veth peer name eth0 address 02:00:00:00:00:01 netns far
ip addr add 10.0.0.254/24 dev v0
ip link set v0 up
ip -n far addr add 10.0.0.1/24 dev eth0
ip -n far link set eth0 up
nft add table arp t
nft add chain arp t in '{ type filter hook input priority 0; }'
nft add chain arp t out '{ type filter hook output priority 0; }'
nft add rule arp t in arp operation request counter
nft add rule arp t in iifname v0 arp saddr ip 10.0.0.1 counter
nft add rule arp t out arp operation reply arp daddr ether 02:00:00:00:00:01 counter
nft add rule arp t out oifname v0 meta length 42 counter
ip netns exec far arping -c2 -I eth0 10.0.0.254 | grep -o 'Received.*'
nft list table arp t
nft add rule arp t in arp daddr ip 10.0.0.254 drop
ip netns exec far arping -c1 -w1 -I eth0 10.0.0.254 | grep -o 'Received.*'
nft flush chain arp t in
nft add rule arp t out arp operation reply drop
ip netns exec far arping -c1 -w1 -I eth0 10.0.0.254 | grep -o 'Received.*'
nft add chain arp t forward '{ type filter hook forward priority 0; }'
