#!/usr/bin/env bash
# One host, two ways out: the source address chooses the table, and the table the way.
set -e

ip netns add host
for isp in 1 2; do
    ip netns add isp$isp
    ip link add wan$isp netns host type veth peer name eth0 netns isp$isp
    ip -n host addr add 203.0.$isp.2/24 dev wan$isp
    ip -n host link set wan$isp up
    ip -n isp$isp addr add 203.0.$isp.1/24 dev eth0
    ip -n isp$isp link set eth0 up
    ip -n isp$isp link set lo up
    # The same server, reached by either.
    ip -n isp$isp addr add 198.51.100.1/32 dev lo
    ip -n host route add default via 203.0.$isp.1 table 10$isp
    ip -n host rule add from 203.0.$isp.2 table 10$isp priority 100$isp
done

echo "# The rules, and what they choose"
ip -n host rule show
ip -n host route get 198.51.100.1 from 203.0.1.2
ip -n host route get 198.51.100.1 from 203.0.2.2

echo "# Without a source there is no way"
if ip -n host route get 198.51.100.1; then
    echo "there should be none" >&2
    exit 1
fi

ip netns exec host ping -c 1 -I 203.0.1.2 198.51.100.1
ip netns exec host ping -c 1 -I 203.0.2.2 198.51.100.1

echo "# Each went its own way"
for isp in 1 2; do
    ip -n isp$isp neigh show
done
