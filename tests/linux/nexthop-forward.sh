#!/bin/bash
# Packets go by next hop objects, and another way once the object is replaced.
set -v; trap 'echo "exit status $?"' ERR
for ns in left up down right; do ip netns add $ns; ip -n $ns link set lo up; done
wire() { ip link add $2 netns $1 type veth peer name $4 netns $3; ip -n $1 link set $2 up; ip -n $3 link set $4 up; }
wire left a0 up a1
wire left b0 down b1
wire up c1 right c0
wire down d1 right d0
ip -n left addr add 10.0.1.1/24 dev a0
ip -n up addr add 10.0.1.2/24 dev a1
ip -n left addr add 10.0.2.1/24 dev b0
ip -n down addr add 10.0.2.2/24 dev b1
ip -n up addr add 10.0.3.2/24 dev c1
ip -n right addr add 10.0.3.1/24 dev c0
ip -n down addr add 10.0.4.2/24 dev d1
ip -n right addr add 10.0.4.1/24 dev d0
ip -n left addr add 10.1.1.1/32 dev lo
ip -n right addr add 10.9.9.9/32 dev lo
for ns in up down; do ip netns exec $ns sysctl -qw net.ipv4.ip_forward=1; done
ip -n up route add 10.9.9.9 via 10.0.3.1
ip -n down route add 10.9.9.9 via 10.0.4.1
ip -n right nexthop add id 1 via 10.0.3.2 dev c0
ip -n right nexthop add id 2 via 10.0.4.2 dev d0
ip -n right nexthop add id 10 group 1/2
ip -n right route add 10.0.1.0/24 nhid 1
ip -n right route add 10.0.2.0/24 nhid 2
ip -n left nexthop add id 1 via 10.0.1.2 dev a0
ip -n left nexthop add id 2 blackhole
ip -n left route add 10.9.9.9 nhid 1
way() { ip netns exec left traceroute -n -q1 -w1 10.9.9.9 | sed 's/ [0-9.]* ms//'; }
way
ip -n left nexthop replace id 1 via 10.0.2.2 dev b0
way
ip -n left nexthop add id 3 group 1
ip -n left route replace 10.9.9.9 nhid 3
ip -n left nexthop replace id 3 group 2
ip netns exec left ping -c1 -W1 10.9.9.9
ip -n left nexthop replace id 3 group 1
ip netns exec left ping -c1 -W1 10.9.9.9 | sed 's/time.*//; /^rtt/d'
# The way is lost, and with it the object and the route.
ip -n down link set b1 down
ip netns exec left ping -c1 -W1 10.9.9.9
ip -n left nexthop
ip -n left route show 10.9.9.9
