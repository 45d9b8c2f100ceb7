#!/bin/bash
# A stale neighbour is used at once, and asked by unicast after a delay; its answer makes it reachable.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
sysctl net.ipv4.neigh.veth0.delay_first_probe_time=1
ip -n NS neigh add 10.0.0.1 lladdr 02:00:00:00:00:10 dev veth1
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:11 dev veth0 nud stale
ip neigh
ping -q -c1 -W1 10.0.0.2 | grep transmitted
ip neigh
: >log
tcpdump -lnei veth0 -c2 arp >seen 2>log &
until grep -q listening log; do sleep 0.02; done
wait
cut -d' ' -f2- seen
ip neigh
