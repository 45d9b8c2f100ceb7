#!/bin/bash
# ping: count, size, ttl, interval, quiet, pattern, source, timestamps; and what is refused.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
ping -c1 -W1 -s 0 10.0.0.2
ping -c1 -W1 -s 15 10.0.0.2 | head -2
ping -c1 -W1 -s 65507 10.0.0.2 | head -2
ping -c1 -W1 -s 65508 10.0.0.2
ping -c2 -i0.01 -q 10.0.0.2
ping -c1 -p ff00 10.0.0.2 | head -3
ping -c1 -I 10.0.0.1 10.0.0.2 | head -2
ping -c1 -I veth0 10.0.0.2 | head -2
ping -c1 -n -4 10.0.0.2 | head -2
ping -c1 -w1 10.0.0.2 | head -2
ping -c1 -t 300 10.0.0.2
ping -c0 10.0.0.2
ping -c x 10.0.0.2
ping -I nowhere -c1 10.0.0.2
ping -I 10.0.0.77 -c1 10.0.0.2
ping -c1 -A 10.0.0.2 | head -2
ping -c1 -a 10.0.0.2 | head -2 | tr -d '\a'
ping -c1 -Q 0x10 10.0.0.2 | head -2
ping -c1 -R 10.0.0.2
