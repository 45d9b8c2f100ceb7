#!/bin/bash
# A frame too long for the port it should leave by is dropped, and nobody is told.
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
ip link set p2 mtu 1000
ip netns exec h1 ping -q -c1 -W1 -s 900 10.0.0.2 | grep transmitted
ip netns exec h1 ping -c1 -W0.2 -s 1400 10.0.0.2
ip link show br0 | grep -o 'mtu [0-9]*'
