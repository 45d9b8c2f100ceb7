#!/bin/bash
# ipv6
# What a device takes in is refused before any IP sees it: the answer is made of the frame alone.
set -v; trap 'echo "exit status $?"' ERR
ip netns add h1
ip link add v1 address 02:00:00:00:01:01 type veth peer name eth0 address 02:00:00:00:00:01 netns h1
for conf in v1; do sysctl -qw net.ipv6.conf.$conf.accept_dad=0 net.ipv6.conf.$conf.addr_gen_mode=1; done
ip netns exec h1 sysctl -qw net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.eth0.addr_gen_mode=1
ip link set v1 up
ip addr add 10.0.0.254/24 dev v1
ip addr add fd00::fe/64 dev v1 nodad
ip -n h1 link set eth0 up
ip -n h1 addr add 10.0.0.1/24 dev eth0
ip -n h1 addr add fd00::1/64 dev eth0 nodad
ip -n h1 neigh add 10.0.0.254 lladdr 02:00:00:00:01:01 dev eth0
ip -n h1 neigh add fd00::fe lladdr 02:00:00:00:01:01 dev eth0
nft add table netdev t
nft add chain netdev t in '{ type filter hook ingress device v1 priority 0; }'
nft add chain netdev t out '{ type filter hook egress device v1 priority 0; }'
# Only what comes in can be refused.
nft add rule netdev t out reject
nft add rule netdev t in icmp type echo-request counter reject with icmp type admin-prohibited
nft add rule netdev t in tcp dport 80 counter reject with tcp reset
nft add rule netdev t in udp dport 53 counter reject with icmpx type host-unreachable
nft add rule netdev t in icmpv6 type echo-request counter reject
nft add rule netdev t in icmpv6 type destination-unreachable counter reject
nft add rule netdev t out icmp type destination-unreachable ip ttl 64 ip id 0 counter
nft add rule netdev t out icmpv6 type destination-unreachable ip6 hoplimit 64 counter
nft add rule netdev t out tcp sport 80 tcp flags rst counter
ip netns exec h1 ping -c1 -W1 10.0.0.254 | head -2
ip netns exec h1 ping -c1 -W1 fd00::fe | sed -n 2p
ip netns exec h1 nc -z -w1 10.0.0.254 80 || echo refused
ip netns exec h1 nc -z -w1 fd00::fe 80 || echo refused
echo x | ip netns exec h1 nc -u -q0 -w1 10.0.0.254 53
# What is sent to all is refused silently.
ip netns exec h1 ping -b -c1 -W0.2 10.0.0.255 2>&1 | grep -o '.* received'
nft list table netdev t
