#!/bin/bash
# arp_ignore: for which targets a device answers.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
ip -n NS addr add 192.168.9.1/32 dev lo
ip -n NS link set lo up
ip route add 192.168.9.1 dev veth0
try() { ip netns exec NS sysctl net.ipv4.conf.all.arp_ignore=$1; arping -c1 -w1 -I veth0 192.168.9.1; arping -q -c1 -w1 -I veth0 10.0.0.2 && echo 10.0.0.2 answers; }
sysctl -q net.ipv4.neigh.veth0.retrans_time_ms=100
try 0
try 1
ip netns exec NS sysctl net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.veth1.arp_ignore=8
arping -q -c1 -w1 -I veth0 10.0.0.2
