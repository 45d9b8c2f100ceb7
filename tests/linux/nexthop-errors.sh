#!/bin/bash
# What the kernel and the command say of next hop objects that cannot be.
set -v; trap 'echo "exit status $?"' ERR
for n in 0 1; do ip link add eth$n type veth peer name far$n; done
ip nexthop add id 4 blackhole
ip nexthop add id 1 dev eth0
ip nexthop add id 1 via 10.0.0.2 dev eth0
ip nexthop add id 1 via 10.0.0.2 dev eth0 onlink
ip link set lo up
ip link set eth0 up
ip nexthop add id 1 dev eth0
for n in 0 1; do ip link set eth$n up; ip link set far$n up; done
ip addr add 10.0.0.1/24 dev eth0
ip nexthop add id 1 via 10.0.0.2 dev eth0
ip nexthop add id 1 via 10.0.0.2 dev eth0
ip nexthop add id 4 blackhole
ip nexthop add id 5 group 1
ip nexthop add id 8 via 10.9.9.9 dev eth0
ip nexthop add id 8 via 10.0.0.2 dev eth1
ip nexthop add id 8 via 10.0.0.255 dev eth0
ip nexthop add id 8 via 224.0.0.1 dev eth0
ip nexthop add id 8 via 10.0.0.1 dev eth0 onlink
ip nexthop add id 8 dev eth0 onlink
ip nexthop add id 8 via 10.0.0.2
ip nexthop add id 8 dev nosuch
ip nexthop add id 8
ip nexthop add
ip nexthop add id 8 blackhole via 10.0.0.2
ip nexthop add id 8 blackhole dev eth0
ip nexthop add id x dev eth0
ip nexthop add id 4294967296 dev eth0
ip nexthop add id 8 dev eth0 scope link
ip nexthop add id 8 foo
ip nexthop add id 8 via foo dev eth0
ip nexthop add id 8 via inet fe80::1 dev eth0
ip nexthop add id 8 via 10.0.0.2 dev eth0 protocol 300
# Groups.
ip nexthop add id 9 group 1/77
ip nexthop add id 9 group 1/1
ip nexthop add id 9 group 1/4
ip nexthop add id 9 group 5
ip nexthop add id 9 group 1 dev eth0
ip nexthop add id 9 group 1 blackhole
ip nexthop add id 9 group
ip nexthop add id 9 group x
ip nexthop add id 9 group 1,x
ip nexthop add id 9 group 1,0
ip nexthop add id 9 group 1,300
ip nexthop add id 9 group 1/
ip nexthop add id 9 group 1, 
ip nexthop add id 9 group 1/4 type foo
# What is there and cannot change so.
ip nexthop replace id 1 group 4
ip nexthop replace id 5 dev eth0
ip nexthop add id 6 via 10.0.0.6 dev eth0
ip nexthop replace id 5 group 1/6
ip nexthop replace id 6 blackhole
ip nexthop replace id 5 group 5
# What is not there.
ip nexthop del id 300
ip nexthop del
ip nexthop get id 300
ip nexthop list id 300
ip nexthop flush id 300
ip nexthop del id x
ip nexthop list id x
ip nexthop list foo
ip nexthop list dev nosuch
ip nexthop list vrf eth0
ip nexthop list master nosuch
ip nexthop list protocol static
ip nexthop change id 1 dev eth0
ip nexthop foo
ip nexthop
