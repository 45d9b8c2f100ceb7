#!/bin/bash
# A locked port takes frames only of stations that the FDB has on it.
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
for n in 1 2; do ip netns exec h$n sysctl -q net.ipv4.neigh.eth0.retrans_time_ms=100; done
bridge link set dev p1 learning off locked on
ip netns exec h1 ping -c1 -W1 10.0.0.2
bridge fdb add 02:00:00:00:00:01 dev p1 master static
ip netns exec h1 ping -c1 -W1 10.0.0.2 | head -2
bridge fdb del 02:00:00:00:00:01 dev p1 master
bridge fdb add 02:00:00:00:00:01 dev p2 master static
ip -n h1 neigh flush dev eth0
ip netns exec h1 ping -c1 -W1 10.0.0.2
bridge -d link show dev p1 | grep -o 'learning off\|locked o[nf]*'
