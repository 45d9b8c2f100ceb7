#!/bin/bash
# Which rule asks which table, by protocol and ports: for packets made here and received.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
for dev in eth0 far0; do ip link set $dev up; done
ip addr add 10.0.0.1/24 dev eth0
ip route add default via 10.0.0.254
ip route add default via 10.0.0.80 table 80
ip route add default via 10.0.0.53 table 53
ip rule add ipproto tcp dport 80 table 80 pref 100
ip rule add sport 5000-5010 table 53 pref 101
via() { ip route get "$@" | head -1; }
via 9.9.9.9 ipproto tcp sport 1 dport 80
via 9.9.9.9 ipproto udp sport 1 dport 80
via 9.9.9.9 dport 80
via 9.9.9.9 ipproto udp sport 5005 dport 80
via 9.9.9.9 sport 5000
via 9.9.9.9 sport 5010
via 9.9.9.9 sport 5011
via 9.9.9.9 ipproto icmp
via 9.9.9.9 dport 0
ip -j route get 9.9.9.9 ipproto tcp sport 1 dport 80
# What the kernel and the command do not take.
ip route get 9.9.9.9 ipproto 89
ip route get 9.9.9.9 ipproto foo
ip route get 9.9.9.9 ipproto sctp dport 80
ip route get 9.9.9.9 dport 70000
ip route get 9.9.9.9 ipproto 300
# As if received.
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 net.ipv4.ip_forward=1
via 9.9.9.9 from 10.0.0.7 iif eth0 ipproto tcp dport 80
via 9.9.9.9 from 10.0.0.7 iif eth0 ipproto tcp dport 81
via 9.9.9.9 from 10.0.0.7 iif eth0 ipproto udp sport 5001
