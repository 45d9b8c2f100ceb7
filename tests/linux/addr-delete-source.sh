#!/bin/bash
# When the last local copy of an address goes, so do the routes that use it as source.
set -v; trap 'echo "exit status $?"' ERR
ip link add eth0 type veth peer name far
ip link set eth0 up
ip link set far up
ip addr add 10.0.0.1/24 dev eth0
ip addr add 192.0.2.1/32 dev eth0
ip addr add 192.0.2.1/32 dev far
ip route add 198.51.100.0/24 via 10.0.0.9 src 192.0.2.1
ip route add 203.0.113.0/24 via 10.0.0.9
ip route
ip addr del 192.0.2.1/32 dev eth0
ip route
ip addr del 192.0.2.1/32 dev far
ip route
ip addr del 10.0.0.1/24 dev eth0
ip route
ip route add 198.51.100.0/24 dev eth0 src 192.0.2.1
