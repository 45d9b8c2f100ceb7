#!/bin/bash
# Devices in groups: listed by group, taken down together.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
ip link set veth0 group 7
ip link set veth1 group 7
ip link show group 7
ip link set group 7 up
ip -br link show group 7
ip link set group 7 mtu 1400
ip -o link show group 7 | grep -o 'mtu [0-9]*'
ip link del group 7
ip -br link
