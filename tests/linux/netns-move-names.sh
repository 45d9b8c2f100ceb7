#!/bin/bash
# A device can be named anew as it moves; a name already taken there is refused.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 type veth peer name veth1
ip link add veth2 type veth peer name veth3
ip link set veth1 netns NS name eth0
ip -n NS -br link show type veth | sed 's/ .*//'
ip -n NS link set eth0 name veth3
ip link set veth3 netns NS
ip link set veth3 netns nowhere
ip link set lo netns NS
ip link add br0 type bridge
ip link set br0 netns NS
ip -o -n NS link show type bridge | cut -d' ' -f2
