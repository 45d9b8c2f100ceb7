#!/bin/bash
# The bridge is a device with an address of its own; an address on a port receives nothing.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
ip addr add 10.0.0.254/24 dev br0
ip netns exec h1 ping -c1 -W1 10.0.0.254 | head -2
ping -c1 -W1 -I br0 10.0.0.2
ip addr del 10.0.0.254/24 dev br0
ip addr add 10.0.0.254/24 dev p1
sysctl -q net.ipv4.conf.p1.arp_ignore=0
ping -c1 -W1 10.0.0.1
ip neigh show dev p1
