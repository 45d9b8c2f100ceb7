#!/bin/bash
# Nobody answers three probes: the sender is told that the host is unreachable, by its own lo.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
sysctl -q net.ipv4.neigh.veth0.retrans_time_ms=100
ping -c1 -W0.6 10.0.0.9
ip neigh
ip link set lo up
ping -c1 -W2 10.0.0.9
ping -q -c3 -i0.01 -W2 10.0.0.9
ip neigh
sysctl -q net.ipv4.neigh.veth0.mcast_solicit=1
ip neigh flush dev veth0
ping -c1 -W2 -q 10.0.0.9 | grep transmitted
ip -s link show veth0 | tail -2
