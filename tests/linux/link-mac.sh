#!/bin/bash
# A device's MAC is set while it is down or up; peers learn of it by ARP again.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip -n NS link set veth1 up address 02:00:00:00:00:22
ip link set veth0 up
ping -c1 -W1 10.0.0.2 | head -2
ip neigh show dev veth0 | cut -d' ' -f1-3
ip link set veth0 address 02:00:00:00:00:33
ip link show veth0
ip -n NS neigh flush dev veth1
ping -c1 -W1 10.0.0.2 | head -2
ip -n NS neigh show dev veth1 | cut -d' ' -f1-3
