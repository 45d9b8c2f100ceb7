#!/bin/bash
# Gratuitous ARP updates those who know the address; arp_accept lets it be new; arp_notify sends it.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
ping -q -c1 -W1 10.0.0.2 | grep transmitted
ip neigh show | cut -d' ' -f1-5
ip -n NS link set veth1 address 02:00:00:00:00:22
ip netns exec NS arping -q -c1 -U -I veth1 10.0.0.2
ip neigh show | cut -d' ' -f1-5
ip -n NS addr add 10.0.0.3/24 dev veth1
ip netns exec NS arping -q -c1 -A -I veth1 -s 10.0.0.3 10.0.0.3
ip neigh show 10.0.0.3
sysctl net.ipv4.conf.veth0.arp_accept=1
ip netns exec NS arping -q -c1 -A -I veth1 -s 10.0.0.3 10.0.0.3
ip neigh show 10.0.0.3
ip netns exec NS sysctl net.ipv4.conf.veth1.arp_notify=1
: >log
tcpdump -lni veth0 -c1 arp >seen 2>log & until grep -q listening log; do sleep 0.02; done
ip -n NS link set veth1 down
ip -n NS link set veth1 up
wait
cut -d' ' -f2- seen
