#!/bin/bash
# ip netns exec runs a shell that sees the namespace, and gives its exit code back.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip netns exec NS bash -c 'ip link set lo up; ip -br addr show lo'
ip netns exec NS bash -c 'ip addr add 192.0.2.1/32 dev lo && ping -c1 -W1 192.0.2.1 | tail -3'
ip netns exec NS bash -c 'exit 7'
ip netns exec NS sh -c 'ip -o link show lo | cut -d" " -f2-3'
echo 'ip route get 192.0.2.1' | ip netns exec NS bash
ip -br addr show lo
