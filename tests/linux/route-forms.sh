#!/bin/bash
# Routes in every form: JSON, details, tables, selectors.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip route add default via 10.139.128.1 dev eth0 metric 10
ip route add 10.1.0.0/16 via 10.139.128.2 dev eth0 src 10.139.128.20 mtu 1400 proto static
ip route add 10.2.0.0/16 dev eth1 scope link table 100
ip route add 10.3.0.0/16 via 10.0.2.1 tos 0x10
ip r
ip -d route
ip -j route
ip -j -p route show default
ip -o route show dev eth1
ip route show table 100
ip route show table local dev eth0
ip route list proto kernel
ip route show via 10.139.128.2
ip route show root 10.1.0.0/16
ip route show match 10.1.2.3
ip route show exact 10.1.0.0/16
ip route show scope link
ip -j route get 10.1.2.3
ip route show src 10.139.128.20
ip -4 route show table 100
ip -6 route
