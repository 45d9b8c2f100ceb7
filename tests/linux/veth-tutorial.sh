#!/bin/bash
# A pair of veth devices joins two namespaces, and a ping goes through it.
set -v; trap 'echo "exit status $?"' ERR
ip netns add netns1
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link list
ip link set veth1 netns netns1
ip netns exec netns1 ifconfig veth1 10.1.1.1/24 up
ifconfig veth0 10.1.1.2/24 up
ping -c2 -i0.01 -W1 10.1.1.1
ip netns exec netns1 ping -c1 -W1 10.1.1.2
ip netns exec netns1 route -n
ip netns exec netns1 arp -n
ip netns exec netns1 ip neigh | sed 's/REACHABLE\|DELAY/FRESH/'
