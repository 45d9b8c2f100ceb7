#!/bin/bash
# What nobody answers for is forgotten: a port that went silent, and what the host of the bridge joined.
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
ip link set br0 type bridge mcast_membership_interval 300 mcast_querier_interval 300
ip -n h2 addr add 239.1.1.1/32 dev eth0 autojoin
ip addr add 239.1.1.2/32 dev br0 autojoin
bridge mdb add dev br0 port p3 grp 239.1.1.3 temp
bridge mdb add dev br0 port p3 grp 239.1.1.4 permanent
sleep 1.5
bridge -d mdb | sort
sleep 4
bridge -d mdb | sort
# A querier keeps them.
ip link set br0 type bridge mcast_query_response_interval 20 mcast_query_interval 100 mcast_startup_query_interval 100
ip link set br0 type bridge mcast_querier 1
sleep 3
bridge -d mdb | sort
sleep 4
bridge -d mdb | sort
# A port that goes down is forgotten at once.
ip link set p2 down
bridge mdb
