#!/bin/bash
# The short forms that people type: each list whole, brief, on one line, as JSON.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip addr add 10.0.0.1/24 dev veth0
ip link set veth0 up
ip link set veth1 up
ip -4 a
ip r
ip -br l
ip -br -4 a
ip -o -4 a
ip -o l show veth0
ip -d l sh lo | head -1
ip -j -4 a show veth0
ip -j -p -4 addr show lo
ip -j r
ip -p -j r
ip -br n
ip ru
ip -j ru
ip -4 -o a s up
ip l ls veth1
ip a s dev nope
ip l sh nope
ip r show table 77
