#!/bin/bash
# A second address of a subnet is secondary: it goes with the first, unless promote_secondaries.
set -v; trap 'echo "exit status $?"' ERR
ip link add eth0 type veth peer name far
ip link set eth0 up
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.0.2/24 dev eth0
ip addr add 10.0.0.3/25 dev eth0
ip -o -4 addr show eth0
ip addr del 10.0.0.1/24 dev eth0
ip -o -4 addr show eth0
sysctl net.ipv4.conf.eth0.promote_secondaries=1
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.0.2/24 dev eth0
ip addr del 10.0.0.1/24 dev eth0
ip -o -4 addr show eth0
ip route
