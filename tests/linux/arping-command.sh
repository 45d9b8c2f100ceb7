#!/bin/bash
# arping asks by ARP alone: replies, nobody, duplicate address detection, errors.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
arping -f -c3 -I veth0 10.0.0.2
arping -c1 -w1 -I veth0 10.0.0.9
arping -D -c1 -w1 -I veth0 10.0.0.2
arping -D -q -c1 -w1 -I veth0 10.0.0.9
arping -b -c1 -I veth0 10.0.0.2
arping -c1 -s 10.0.0.1 -I veth0 10.0.0.2 | tail -1
arping -c1 -I nowhere 10.0.0.2
arping -c1 -I lo 10.0.0.2
arping -c1 -s 10.0.0.55 -I veth0 10.0.0.2
ip neigh | cut -d' ' -f1
