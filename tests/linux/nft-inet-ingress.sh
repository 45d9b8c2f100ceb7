#!/bin/bash
# ipv6
# A chain of family inet at a device: it sees what is IP, and sees it as IP.
set -v; trap 'echo "exit status $?"' ERR
ip netns add h1
ip link add v1 address 02:00:00:00:01:01 type veth peer name eth0 address 02:00:00:00:00:01 netns h1
sysctl -qw net.ipv6.conf.v1.accept_dad=0 net.ipv6.conf.v1.addr_gen_mode=1
ip netns exec h1 sysctl -qw net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.eth0.addr_gen_mode=1
ip link set v1 up
ip addr add 10.0.0.254/24 dev v1
ip addr add fd00::fe/64 dev v1 nodad
ip -n h1 link set eth0 up
ip -n h1 addr add 10.0.0.1/24 dev eth0
ip -n h1 addr add fd00::1/64 dev eth0 nodad
for n in 10.0.0.254 fd00::fe; do ip -n h1 neigh add $n lladdr 02:00:00:00:01:01 dev eth0; done
for n in 10.0.0.1 fd00::1; do ip neigh add $n lladdr 02:00:00:00:00:01 dev v1; done
nft add table inet t
nft add chain inet t in '{ type filter hook ingress device v1 priority 0; policy accept; }'
nft add rule inet t in ip6 saddr != fd00::1 accept
nft add rule inet t in meta nfproto ipv4 counter
nft add rule inet t in meta nfproto ipv6 counter
nft add rule inet t in ether saddr 02:00:00:00:00:01 counter
nft add rule inet t in ip6 saddr fd00::1 icmpv6 type echo-request counter
nft add rule inet t in exthdr frag exists counter
nft add rule inet t in tcp dport 80 counter reject with tcp reset
nft add rule inet t in udp dport 53 counter reject
ip netns exec h1 ping -q -c1 -W1 10.0.0.254 | grep transmitted
ip netns exec h1 ping -q -c1 -W1 fd00::fe | grep transmitted
ip netns exec h1 ping -q -c1 -W1 -s 2000 fd00::fe | grep transmitted
ip netns exec h1 nc -z -w1 10.0.0.254 80 || echo refused
ip netns exec h1 nc -z -w1 fd00::fe 80 || echo refused
# ARP passes unseen, whatever the policy.
nft add chain inet t in '{ policy drop; }'
ip netns exec h1 arping -q -c1 -w1 -I eth0 10.0.0.254 && echo answered
ip netns exec h1 ping -q -c1 -W0.2 10.0.0.254 | grep transmitted
nft list table inet t
