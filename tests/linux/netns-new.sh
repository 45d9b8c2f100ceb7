#!/bin/bash
# A new namespace has only lo, and lo is down: nothing can be pinged until it is up.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip netns list
ip netns exec NS ip link
ip netns exec NS ip addr
ip netns exec NS ip route
ip netns exec NS ping -c1 -W1 127.0.0.1
ip netns exec NS ip link set lo up
ip netns exec NS ip addr
ip netns exec NS ping -c1 -W1 127.0.0.1
ip netns exec NS ping -c1 -W1 127.200.0.9
ip -n NS route show table local
