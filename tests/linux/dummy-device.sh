#!/bin/bash
# A dummy device takes packets and nobody gets them; it has no carrier to lose.
# needs: dummy
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add d0 address 02:00:00:00:00:10 type dummy
ip link show d0
ip link set d0 up
ip link show d0
ip addr add 10.0.0.1/24 dev d0
ip route
ping -q -c1 -W1 10.0.0.1 | grep transmitted
ping -q -c1 -W0.1 10.0.0.2 | grep transmitted
ip -s link show d0 | tail -2
ip link add d0 type dummy
ip link del d0
ip link show d0
ip route
