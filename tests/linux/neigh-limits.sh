#!/bin/bash
# What waits for a neighbour is kept in a queue: all of it goes out when the answer comes.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
sysctl -q net.ipv4.neigh.veth0.retrans_time_ms=300
ip -n NS link set veth1 arp off
ping -q -c5 -i0.01 -W1 10.0.0.2 >result &
sleep 0.15
ip -n NS link set veth1 arp on
ip -n NS neigh add 10.0.0.1 lladdr 02:00:00:00:00:10 dev veth1
wait
grep transmitted result
ip neigh | cut -d' ' -f1-5
ip -s neigh | sed 's/ref [0-9]*/ref R/;s/used.*probes [0-9]*/used/' | cut -d' ' -f1-5
