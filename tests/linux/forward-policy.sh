#!/bin/bash
# Two uplinks: each answers by the one it was asked on, by rules from the source.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
for n in 1 2; do
    ip netns add isp$n
    ip link add up$n type veth peer name eth0 netns isp$n
    ip addr add 10.0.$n.1/24 dev up$n
    ip link set up$n up
    ip -n isp$n addr add 10.0.$n.254/24 dev eth0
    ip -n isp$n addr add 192.0.2.$n/32 dev lo
    ip -n isp$n link set lo up
    ip -n isp$n link set eth0 up
done
ip route add default via 10.0.1.254
ip route add default via 10.0.2.254 table 2
ip rule add from 10.0.2.1 lookup 2
ping -q -c1 -W1 192.0.2.1 | grep transmitted
ping -q -c1 -W0.2 192.0.2.2 | grep transmitted
ping -q -c1 -W1 -I 10.0.2.1 192.0.2.2 | grep transmitted
ip netns exec isp2 ping -q -c1 -W1 10.0.2.1 | grep transmitted
ip netns exec isp2 ping -q -c1 -W1 -I 192.0.2.2 10.0.2.1 | grep transmitted
ip rule del from 10.0.2.1
ip netns exec isp2 ping -q -c1 -W0.2 -I 192.0.2.2 10.0.2.1 | grep transmitted
