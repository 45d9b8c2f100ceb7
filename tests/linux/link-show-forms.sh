#!/bin/bash
# One device in every form that ip link show has: brief, oneline, detailed, JSON, pretty.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link set veth0 up
ip link set veth1 up
ip l
ip -br l
ip -o link
ip -d link show veth0
ip -o -d link show veth0
ip -j link show veth0
ip -j -p link show veth0
ip -br -j link
ip -br -o link show veth1
ip -j -d link show veth0
ip link ls dev veth0
ip link show up type veth
ip link show type bridge
ip link show master nowhere
