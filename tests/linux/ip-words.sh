#!/bin/bash
# What ip does not know: objects, options, missing words; and the names of families.
set -v; trap 'echo "exit status $?"' ERR
ip frobnicate
ip -frobnicate link
ip link help 2>&1 | grep -o ^Usage
ip -4 route
ip -f inet addr show lo
ip -f nonesuch addr
ip -family inet route
ip -br 2>&1 | grep -o ^Usage
ip link show lo lo
ip -j link show nowhere
ip -j -br addr
ip rule frobnicate
ip neigh frobnicate
ip route add 2>&1 | grep -o ^Usage
ip addr add
