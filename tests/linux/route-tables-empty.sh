#!/bin/bash
# A routing table is made by its first route, and stays when its routes go.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add r0 type veth peer name p0
ip link set p0 up; ip link set r0 up
ip route show table 77
ip route flush table 77
ip route del 10.8.0.0/16 table 77
ip route add 10.8.0.0/16 dev r0 table 77
ip route del 10.8.0.0/16 table 77
ip route show table 77
ip route del 10.8.0.0/16 table 77
ip route flush table 77
ip route add 10.8.0.0/16 dev r0 table 78
ip link set r0 down
ip route show table 78
ip rule add lookup 79
ip route show table 79
ip route show table default
ip route show table main
ip link set lo down
ip route show table local
ip netns add NS
ip -n NS route show table local
ip -n NS route show table main
ip -n NS route show
ip -n NS route flush table main
ip -n NS route show table all
