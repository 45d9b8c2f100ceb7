#!/bin/bash
# A device that moves to another namespace goes down and loses addresses, routes and master, and keeps its MAC and MTU.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 mtu 1400 type veth peer name veth1 address 02:00:00:00:00:11
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set veth1 master br0
ip link set veth0 up
ip link set veth1 up
ip addr add 10.1.1.1/24 dev veth1
ip route add 10.2.0.0/16 via 10.1.1.7 dev veth1 onlink
ip -br link show veth1
ip link set veth1 netns NS
ip link show veth0
ip link show veth1
ip route
ip -n NS link show veth1
ip -n NS addr show veth1
ip -n NS route
