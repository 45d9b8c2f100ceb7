#!/bin/bash
# Routes, addresses, neighbours and sysctls belong to one namespace alone.
set -v; trap 'echo "exit status $?"' ERR
ip netns add one
ip netns add two
ip -n one link set lo up
ip -n one addr add 192.0.2.1/32 dev lo
ip -n one route add blackhole 198.51.100.0/24
ip netns exec one sysctl -w net.ipv4.ip_forward=1
ip netns exec two sysctl net.ipv4.ip_forward
ip -n one -br addr
ip -n two -br addr
ip -n one route
ip -n two route
ip -n one rule add from 192.0.2.1 lookup 100
ip -n one rule
ip -n two rule
