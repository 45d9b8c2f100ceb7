#!/bin/bash
# An address brings a local route, broadcast addresses and a connected route with its source.
set -v; trap 'echo "exit status $?"' ERR
ip link add eth0 type veth peer name far
ip addr add 10.0.0.1/24 brd + dev eth0
ip route show table all
ip link set eth0 up
ip route show table all
ip link set far up
ip route show table all
ip addr add 10.0.1.1/31 dev eth0
ip addr add 10.0.1.9/32 dev eth0
ip addr add 10.0.2.1/24 dev eth0 noprefixroute
ip addr add 10.0.3.1 peer 10.0.3.2 dev eth0
ip route show table local
ip route show
ip link set eth0 down
ip route show table all
