#!/bin/bash
# A neighbour's states: incomplete, failed, reachable, stale, permanent, noarp; and what ip neigh says.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
ip neigh
sysctl -q net.ipv4.neigh.veth0.retrans_time_ms=100
ping -q -c1 -W0.05 10.0.0.9 | grep transmitted
ip neigh show 10.0.0.9
sleep 0.6
ip neigh show 10.0.0.9
ping -q -c1 -W1 10.0.0.2 | grep transmitted
ip neigh show 10.0.0.2
ip neigh change 10.0.0.2 dev veth0 nud stale
ip neigh show 10.0.0.2
ip neigh show nud stale
ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:11 dev veth0 nud permanent
ip neigh show nud permanent
ip neigh replace 10.0.0.3 lladdr 02:00:00:00:00:33 dev veth0 nud noarp
ip neigh show dev veth0 nud noarp
ip -j neigh show 10.0.0.2
ip neigh show to 10.0.0.0/30 | sort
