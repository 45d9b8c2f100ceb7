#!/bin/bash
# Joining and leaving bridges: what is refused.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge
ip link add br0 type bridge
ip link add br1 type bridge
ip link add veth0 type veth peer name veth1
ip link set br1 master br0
ip link set lo master br0
ip link set br0 master br0
ip link set veth0 master br0
ip link set veth0 master br0
ip link set veth0 master br1
ip -o link show veth0 | grep -o 'master [^ ]*'
ip link set veth0 nomaster
ip link set veth0 nomaster
ip link set veth0 master br0
ip link set br0 up
ip link del br0
ip link show veth0
ip link show master br0
