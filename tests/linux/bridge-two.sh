#!/bin/bash
# Two bridges joined by a veth are one segment: each learns what is behind the other.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:a0 type bridge mcast_snooping 0
ip link add br1 address 02:00:00:00:00:a1 type bridge mcast_snooping 0
ip link add t0 address 02:00:00:00:00:b0 type veth peer name t1 address 02:00:00:00:00:b1
ip link set t0 master br0 up
ip link set t1 master br1 up
ip link set br0 up
ip link set br1 up
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
ip link set p1 master br0
ip link set p2 master br1
ip link set p3 master br1
ip netns exec h1 ping -c1 -W1 10.0.0.2 | head -2
ip netns exec h3 ping -c1 -W1 10.0.0.1 | head -2
bridge fdb show br br0 | grep -v permanent | sort
bridge fdb show br br1 | grep -v permanent | sort
brctl show
