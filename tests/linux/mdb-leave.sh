#!/bin/bash
# Who leaves a group is asked about: the entry goes soon, at once with fastleave.
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
ip link set br0 type bridge mcast_query_response_interval 100 mcast_last_member_interval 40
ip link set br0 type bridge mcast_querier 1
sleep 4
ip -n h2 addr add 239.1.1.1/32 dev eth0 autojoin
ip -n h3 addr add 239.1.1.1/32 dev eth0 autojoin
sleep 0.5
bridge mdb | sort
: >log
ip netns exec h2 tcpdump -lnvi eth0 -c2 igmp >seen 2>log & until grep -q listening log; do sleep 0.02; done
ip -n h2 addr del 239.1.1.1/32 dev eth0
wait
cat seen
bridge mdb | sort
sleep 1.5
bridge mdb
bridge link set dev p3 fastleave on
ip -n h3 addr del 239.1.1.1/32 dev eth0
sleep 0.1
bridge mdb
