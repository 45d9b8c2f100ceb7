#!/bin/bash
# Unknown unicast is flooded to the ports that take it: flood, mcast_flood, bcast_flood off.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_snooping 0
ip link set br0 up
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
ip -n h1 neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent
rx() { for n in 2 3; do ip -n h$n -j -s link show eth0 | grep -o '"rx":{"bytes":[0-9]*,"packets":[0-9]*'; done; }
rx
ip netns exec h1 ping -q -c1 -W0.1 10.0.0.9 | grep transmitted
rx
bridge link set dev p3 flood off
ip netns exec h1 ping -q -c1 -W0.1 10.0.0.9 | grep transmitted
rx
bridge link set dev p2 mcast_flood off
ip netns exec h1 ping -q -c1 -W0.1 -I eth0 239.1.1.1 | grep transmitted
rx
bridge link set dev p2 bcast_flood off
ip netns exec h1 ping -q -b -c1 -W0.1 10.0.0.255 | grep transmitted
rx
bridge -d link show dev p2
