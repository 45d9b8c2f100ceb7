#!/bin/bash
# The loopback device: addresses on it answer, counters count both ways, and it cannot be deleted.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip addr add 192.0.2.1/24 dev lo
ping -c2 -i0.01 -W1 192.0.2.1 | grep -v rtt
ping -c1 -W1 192.0.2.77 | grep -v rtt
ip -s link show lo
ip route get 192.0.2.77
ip link del lo
ip link set lo mtu 1500
ip link show lo
ip link set lo down
ping -c1 -W1 127.0.0.1
