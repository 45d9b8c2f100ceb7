#!/bin/bash
# An address with a lifetime: deprecated when the preferred one ends, gone when the valid one ends.
set -v; trap 'echo "exit status $?"' ERR
ip link add eth0 type veth peer name far
ip link set eth0 up
ip addr add 10.0.0.1/24 dev eth0 valid_lft 100 preferred_lft 50
ip -o -4 addr show eth0 | sed 's/[0-9]*sec/Nsec/g'
ip addr change 10.0.0.1/24 dev eth0 valid_lft forever preferred_lft 0
ip -o -4 addr show eth0
ip addr replace 10.0.0.1/24 dev eth0 valid_lft 1 preferred_lft 1
sleep 2.2
ip -o -4 addr show eth0
ip addr replace 10.0.0.7/24 dev eth0
ip addr change 10.0.0.8/24 dev eth0
ip -o -4 addr show eth0
