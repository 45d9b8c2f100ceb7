#!/bin/bash
# What ip link add refuses: names taken, too long or bad, unknown kinds, missing arguments.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
ip link add veth0 type veth peer name veth2
ip link add veth2 type veth peer name veth1
ip link add veth2 type veth peer name veth2
ip link add veth2 type nonesuch
ip link add veth2
ip link add abcdefghijklmnop type bridge
ip link add a/b type bridge
ip link add "a b" type bridge
ip link add . type bridge
ip link add br0 type bridge frobnicate 1 2>&1 | head -1
ip link add br0 address 01:00:00:00:00:01 type bridge
ip link add br0 address 02:00:00:00:00 type bridge
ip link add br0 mtu x type bridge
ip link add br0 index 2 type bridge
ip link add name
ip -br link | cut -d' ' -f1
