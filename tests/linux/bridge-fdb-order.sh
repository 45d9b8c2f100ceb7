#!/bin/bash
# A device's own addresses and its bridge's entries: which, and in which order the kernel tells them.
set -v; trap 'echo "exit status $?"' ERR
show() { bridge fdb show "$@" | grep -v ^33:33; }
ip netns add h1
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_default_pvid 0
ip link add p1 address 02:00:00:00:01:01 type veth peer name eth0 address 02:00:00:00:00:01 netns h1
show
ip link set br0 up
show
ip link set p1 master br0
show
ip link set p1 up
ip -n h1 link set eth0 up
show
ip -n h1 addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.0.100/24 dev br0
ping -q -c1 -W1 10.0.0.1 | grep transmitted
show
show br br0
show brport p1
show dev p1
ip link set br0 type bridge mcast_snooping 0
show dev br0
ip link set p1 nomaster
show
ip link set br0 down
show
