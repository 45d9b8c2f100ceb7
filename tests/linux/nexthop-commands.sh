#!/bin/bash
# Next hop objects: added, shown, found, replaced, deleted, flushed.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
for n in 0 1; do ip link add eth$n type veth peer name far$n; ip link set eth$n up; ip link set far$n up; done
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.1.1/24 dev eth1
ip nexthop
ip nexthop add id 1 via 10.0.0.2 dev eth0
ip nexthop add id 2 via 10.0.1.2 dev eth1 proto static
ip nexthop add id 3 group 1/2
ip nexthop add id 4 blackhole
ip nexthop add id 5 dev eth0
ip nexthop add id 7 group 1,3/2,5
ip nexthop add id 8 via 10.9.9.9 dev eth0 onlink
ip nexthop add id 9 group 4
ip nexthop add id 10 via 10.0.0.1 dev eth0
ip nexthop add id 15 group 1/2 type mpath
ip nexthop add id 22 group 1,255/2,1
ip nexthop
ip -d nexthop
ip -j nexthop
ip -d -j nexthop list
ip -o nexthop
ip -4 nexthop
ip -6 nexthop
ip -N nexthop show id 1
ip -p -j nexthop show id 7
ip nexthop show id 3
ip nexthop get id 3
ip nexthop show groups
ip nexthop show dev eth0
ip nexthop show dev eth1
ip nexthop show protocol 4
ip nexthop show protocol 4 dev eth0
ip nexthop show fdb | head -1
# Numbers that nobody said go on from the last one that was given so.
ip nexthop add via 10.0.0.3 dev eth0
ip nexthop add id 0 dev eth0
ip nexthop add dev eth1
ip nexthop add id 100 dev eth1
ip nexthop del id 11
ip nexthop add dev eth1
ip nexthop list dev eth1
# Replaced, with another kind of way too.
ip nexthop replace id 1 via 10.0.0.9 dev eth0 protocol bgp
ip nexthop replace id 200 dev eth0
ip nexthop replace id 3 group 200
ip nexthop replace id 5 blackhole
ip nexthop
ip nexthop del id 1
ip nexthop
ip nexthop flush protocol 4
ip nexthop flush protocol 4
ip nexthop flush dev eth1
ip nexthop flush groups
ip nexthop
ip nexthop flush
ip nexthop flush
