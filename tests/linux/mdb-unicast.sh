#!/bin/bash
# A port may have a copy for each of its stations in place of the group.
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
# Behind the second port there is one more bridge with two stations.
ip netns add sw
ip link set p2 nomaster
ip link add q2 type veth peer name w0 netns sw
ip link set q2 master br0 up
ip -n sw link add br0 type bridge mcast_snooping 0
ip -n sw link set br0 up
ip -n sw link set w0 master br0 up
for n in 4 5; do
    ip netns add h$n
    ip -n sw link add p$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip -n sw link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
bridge link set dev q2 mcast_to_unicast on
ip link set br0 type bridge mcast_query_response_interval 20
# Of the third version: whoever hears another's report sends its own all the same.
ip link set br0 type bridge mcast_igmp_version 3
ip link set br0 type bridge mcast_querier 1
sleep 2
for n in 4 5; do ip -n h$n addr add 239.1.1.1/32 dev eth0 autojoin; done
sleep 2
bridge -d mdb
: >log
ip netns exec sw timeout 5 tcpdump -lnei w0 -c2 icmp >seen 2>log & until grep -q listening log; do sleep 0.02; done
ip netns exec h1 ping -q -c1 -W0.3 -I eth0 239.1.1.1 | grep transmitted
wait
sort -k4 seen | sed 's/^[^ ]* //; s/, id [0-9]*//'
