#!/bin/bash
# A bridge's MTU is the lowest of its ports', until the user sets it.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge
ip link add veth1 mtu 1400 type veth peer name peer1
ip link add veth2 mtu 1300 type veth peer name peer2
ip link show br0 | grep -o 'mtu [0-9]*'
ip link set veth1 master br0
ip link show br0 | grep -o 'mtu [0-9]*'
ip link set veth2 master br0
ip link show br0 | grep -o 'mtu [0-9]*'
ip link set veth2 nomaster
ip link show br0 | grep -o 'mtu [0-9]*'
ip link set veth1 mtu 1350
ip link show br0 | grep -o 'mtu [0-9]*'
ip link set br0 mtu 1450
ip link set veth2 master br0
ip link show br0 | grep -o 'mtu [0-9]*'
