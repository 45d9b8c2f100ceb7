#!/bin/bash
# What ip route refuses: unreachable gateways, missing devices, what is not there.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip route add 10.1.0.0/16 via 192.168.1.1
ip route add 10.1.0.0/16 via 192.168.1.1 dev eth0
ip route add 10.1.0.0/16 via 192.168.1.1 dev eth0 onlink
ip route add 10.2.0.0/16 via 10.139.128.20
ip route add 10.2.0.0/16 via 10.139.128.255
ip route add 10.2.0.0/16 dev nowhere
ip route add 10.2.0.0/16
ip route add 10.2.0.1/16 dev eth0
ip route add 10.2.0.0/33 dev eth0
ip route add 10.2.0.0/16 via 10.139.128.1000
ip route add 10.2.0.0/16 dev eth0 src 1.2.3.4
ip route add 10.2.0.0/16 dev eth0 metric x
ip route add 10.2.0.0/16 dev eth0 frobnicate
ip route add 10.2.0.0/16 dev eth0 table nonesuch
ip route add 10.2.0.0/16 dev eth0 scope nonesuch
ip route del 10.3.0.0/16
ip route del 10.1.0.0/16 dev eth1
ip route del 2>&1 | grep -o ^Usage
ip route get
ip route get 10.300.0.1
ip route get 172.16.0.1
ip route show table 99
ip route show dev nowhere
ip route frobnicate
ip link set eth1 down
ip route add 10.4.0.0/16 dev eth1
ip route
