#!/bin/bash
# A route over a device without carrier is linkdown; taken down, its routes go.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip route add 172.16.0.0/16 via 10.0.2.1
ip link set far1 down
until ip link show eth1 | grep -q LOWERLAYERDOWN; do sleep 0.05; done
ip route
ip route get 172.16.0.1 | head -1
sysctl net.ipv4.conf.eth1.ignore_routes_with_linkdown=1
ip route get 172.16.0.1
ip route
ip link set far1 up
until ip link show eth1 | grep -q 'state UP'; do sleep 0.05; done
ip route
ip link set eth1 down
ip route
ip link set eth1 up
ip route
