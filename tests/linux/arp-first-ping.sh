#!/bin/bash
# The first ping is preceded by ARP: who has, and is at.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
: >log
tcpdump -lnei veth0 -c4 >seen 2>log & until grep -q listening log; do sleep 0.02; done
ping -c1 -W1 10.0.0.2 | head -2
wait
cat seen
cat log
