#!/bin/bash
# The queries that a bridge sends: to all at its start and then in turns, about a group that was left.
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
watch() {
    : >log
    ip netns exec h2 tcpdump -lnvi eth0 -c $1 'igmp[0] = 0x11' >seen 2>log & until grep -q listening log; do sleep 0.02; done
    shift
    "$@"
    wait
    cat seen
}
sleep 1
ip addr add 10.0.0.254/24 dev br0
ip link set br0 type bridge mcast_igmp_version 3 mcast_query_use_ifaddr 1 mcast_query_response_interval 40
watch 1 ip link set br0 type bridge mcast_querier 1
# About a group that was left it asks as often as a question may get lost.
ip -n h2 addr add 239.1.1.1/32 dev eth0 autojoin
sleep 2
ip link set br0 type bridge mcast_last_member_interval 40
watch 2 ip -n h2 addr del 239.1.1.1/32 dev eth0
sleep 1
bridge mdb
# IGMPv2, from nowhere.
ip link set br0 type bridge mcast_querier 0 mcast_igmp_version 2 mcast_query_use_ifaddr 0 mcast_startup_query_interval 100
watch 2 ip link set br0 type bridge mcast_querier 1
