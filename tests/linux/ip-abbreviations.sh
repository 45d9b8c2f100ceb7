#!/bin/bash
# Every word can be cut short: ip a, ip r, ip -br l, ip ne, ip ru, ip netn.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
ip a s dev veth0
ip -br l
ip l sh veth0
ip r
ip r l table local
ip ro g 10.0.0.2
ip n r 10.0.0.2 ll 02:00:00:00:00:11 dev veth0
ip n
ip ne s dev veth0
ip ru
ip netn l
ip -n NS a s veth1
ip ad a 10.0.0.9/24 dev veth0
ip -o -4 a
ip r a 10.2.0.0/16 via 10.0.0.2
ip r d 10.2.0.0/16
ip xyz
ip q
ip -z link
ip 2>&1 | grep -o ^Usage
