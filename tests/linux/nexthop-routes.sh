#!/bin/bash
# Routes that refer to next hop objects: shown with them, changed with them, gone with them.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
for n in 0 1; do ip link add eth$n type veth peer name far$n; ip link set eth$n up; ip link set far$n up; done
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.1.1/24 dev eth1
ip nexthop add id 1 via 10.0.0.2 dev eth0
ip nexthop add id 2 via 10.0.1.2 dev eth1
ip nexthop add id 3 group 1/2
ip nexthop add id 4 blackhole
ip nexthop add id 5 dev eth0
ip nexthop add id 7 group 1,3/2,5
ip route add 10.1.0.0/16 nhid 1
ip route add 10.2.0.0/16 nhid 3
ip route add 10.3.0.0/16 nhid 4
ip route add 10.4.0.0/16 nhid 5 tos 4
ip route add 10.6.0.0/16 nhid 7 metric 5 proto static src 10.0.0.1
ip route add blackhole 10.10.0.0/16 nhid 1
ip route add throw 10.11.0.0/16 nhid 1
ip route add local 10.12.0.0/16 nhid 5
ip route add 10.13.0.0/16 nhid 5 scope link
ip route add 10.14.0.0/16 nhid 5 scope host
ip route add 10.15.0.0/16 nhid 1 table 100 mtu 1400
ip route
ip -d route
ip -j route
ip -d -j -p route show 10.6.0.0/16
ip route show table local 10.12.0.0/16
ip route show table 100
ip route show dev eth0
ip route show via 10.0.0.2
via() { ip route get "$@" | head -1; }
via 10.1.0.1
via 10.3.0.1
via 10.4.0.1 tos 4
via 10.10.0.1
via 10.11.0.1
ip route get 10.1.0.1
ip route get fibmatch 10.2.0.1
ip route get fibmatch 10.1.0.1
# What cannot be.
ip route add 10.9.0.0/16 nhid 300
ip route add 10.9.0.0/16 nhid 1 via 10.0.0.2
ip route add 10.9.0.0/16 nhid 1 dev eth0
ip route add 10.9.0.0/16 nhid 3 nexthop via 10.0.0.2 nexthop via 10.0.0.3
ip route add 10.9.0.0/16 nhid 0
ip route add 10.9.0.0/16 nhid x
ip route add 10.9.0.0/16 nhid 1 scope host
ip route add 10.9.0.0/16 nhid 3 scope host
ip route add 10.9.0.0/16 nhid 5 scope nowhere
ip route add 10.1.0.0/16 nhid 2
ip route append 10.2.0.0/16 nhid 3
# Deleted by their object, or by nothing but their destination.
ip route del 10.1.0.0/16 nhid 2
ip route del 10.1.0.0/16 nhid 300
ip route del 10.1.0.0/16 via 10.0.0.2
ip route del 10.1.0.0/16 dev eth0
ip route del 10.1.0.0/16 nhid 1
ip route del 10.15.0.0/16 table 100
ip route replace 10.2.0.0/16 nhid 7
ip route change 10.13.0.0/16 nhid 1
ip route append 10.2.0.0/16 nhid 3
ip route show root 10.0.0.0/8
# They follow their objects.
ip nexthop replace id 1 via 10.0.0.9 dev eth0
ip nexthop replace id 5 blackhole
ip route
ip nexthop replace id 5 via 10.0.1.7 dev eth1
ip nexthop replace id 4 dev eth1
ip route
via 10.3.0.1
ip nexthop del id 2
ip nexthop
ip route
ip route flush root 10.0.0.0/8
ip route
ip nexthop flush
ip route
ip route show table local 10.12.0.0/16
