#!/bin/bash
# Chains at a device: what it receives meets them before all else, and what it sends behind it.
set -v; trap 'echo "exit status $?"' ERR
ip netns add far
ip link add v0 address 02:00:00:00:00:10 type veth peer name eth0 address 02:00:00:00:00:01 netns far
ip addr add 10.0.0.254/24 dev v0
ip link set v0 up
ip -n far addr add 10.0.0.1/24 dev eth0
ip -n far link set eth0 up
ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev v0
ip -n far neigh add 10.0.0.254 lladdr 02:00:00:00:00:10 dev eth0
nft add table netdev t
nft add chain netdev t in '{ type filter hook ingress device v0 priority 0; }'
nft add chain netdev t out '{ type filter hook egress device v0 priority 0; }'
nft add rule netdev t in ip saddr 10.0.0.1 icmp type echo-request counter
nft add rule netdev t in ether daddr 02:00:00:00:00:10 iifname v0 counter
nft add rule netdev t out ether daddr 02:00:00:00:00:01 meta length 98 counter
nft add rule netdev t out ip protocol icmp oifname v0 counter
ip netns exec far ping -q -c2 -i0.1 -W1 10.0.0.254 | grep transmitted
nft list table netdev t
nft add rule netdev t in icmp type echo-request drop
ip netns exec far ping -q -c1 -W0.2 10.0.0.254 | grep transmitted
nft flush chain netdev t in
nft add rule netdev t out icmp type echo-reply drop
ip netns exec far ping -q -c1 -W0.2 10.0.0.254 | grep transmitted
# What this host sends is not let out, and the program hears of it.
nft add rule netdev t out icmp type echo-request drop
ping -q -c1 -W0.2 10.0.0.1 | grep transmitted
