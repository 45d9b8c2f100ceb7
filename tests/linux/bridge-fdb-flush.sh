#!/bin/bash
# bridge fdb flush and a port that leaves empty the FDB of what they had.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_default_pvid 0
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
bridge fdb add 02:00:00:00:00:aa dev p1 master static
ip netns exec h1 ping -c1 -W1 10.0.0.2 | head -2
bridge fdb show br br0 | grep -Ev '^(01:00:5e|33:33)' | sort
ip link set br0 type bridge fdb_flush
bridge fdb show br br0 | grep -Ev '^(01:00:5e|33:33)' | sort
ip netns exec h1 ping -c1 -W1 10.0.0.2 | head -2
ip link set p1 nomaster
bridge fdb show br br0 | grep -Ev '^(01:00:5e|33:33)' | sort
