#!/bin/bash
# What is longer than the loopback's MTU is cut and joined on the way to oneself.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo mtu 1000
ip link set lo up
ping -c1 -W1 -M dont -s 3000 127.0.0.1 | head -2
ping -c1 -W1 -M do -s 3000 127.0.0.1
ip -s link show lo | tail -1
