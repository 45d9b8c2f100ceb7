#!/bin/bash
# A frame for a local entry goes up to the bridge and to no port.
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
ip netns exec h1 ping -q -c1 -W1 10.0.0.2 | grep transmitted
bridge fdb replace 02:00:00:00:00:02 dev p2 master permanent
ip netns exec h1 ping -q -c1 -W0.2 10.0.0.2 | grep transmitted
bridge fdb get 02:00:00:00:00:02 br br0
bridge fdb replace 02:00:00:00:00:02 dev p2 master static
ip netns exec h1 ping -q -c1 -W1 10.0.0.2 | grep transmitted
