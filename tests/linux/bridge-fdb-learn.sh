#!/bin/bash
# A bridge learns a source's port, and a station that moves takes its entry along.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
speak() { ip netns exec h$1 ping -q -c1 -W0.1 10.0.0.77 >/dev/null || true; }
speak 1
bridge fdb get 02:00:00:00:00:01 br br0
ip -n h1 link set eth0 down
ip -n h2 link set eth0 address 02:00:00:00:00:01
speak 2
bridge fdb get 02:00:00:00:00:01 br br0
ip link set p2 down
bridge fdb get 02:00:00:00:00:01 br br0
bridge link set dev p3 learning off
speak 3
bridge fdb get 02:00:00:00:00:03 br br0
bridge -d link show dev p3
