#!/bin/bash
# A bridge takes the lowest MAC of its ports, until it is given one.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge
ip link add veth2 address 02:00:00:00:00:20 type veth peer name peer2 address 02:00:00:00:00:02
ip link add veth1 address 02:00:00:00:00:10 type veth peer name peer1 address 02:00:00:00:00:01
ip link set veth2 master br0
ip link show br0 | tail -1
ip link set veth1 master br0
ip link show br0 | tail -1
ip link set veth1 nomaster
ip link show br0 | tail -1
ip link set br0 address 02:00:00:00:00:99
ip link set veth1 master br0
ip link show br0 | tail -1
ip link set veth1 nomaster
ip link set veth2 nomaster
ip link show br0 | tail -1
