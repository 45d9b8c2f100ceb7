#!/bin/bash
# ethtool -i and -S of virtual devices, and of none.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge
ip link add veth0 type veth peer name veth1
ethtool -i veth0 | grep -E '^(driver|bus-info|supports)'
ethtool -i br0 | grep -E '^(driver|bus-info|supports)'
ethtool -i nope
ethtool -i lo
ethtool -S lo
ethtool -S br0
ethtool -S nope
ethtool -k nope
ethtool -k veth0 | grep -E '^(rx|tx)-checksumming'
ethtool nope
