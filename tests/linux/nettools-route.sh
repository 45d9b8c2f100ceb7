#!/bin/bash
# route adds and deletes host, network, default and reject routes; flags U G H !
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
route -n
route add -net 10.0.0.0 netmask 255.255.255.0 gw 10.139.128.1 dev eth0
route add -net 224.0.0.0 netmask 240.0.0.0 dev eth0
route add -host 10.1.2.3 gw 10.0.2.1
route add -host 10.1.2.4 dev eth1
route add -net 172.16.0.0/12 gw 10.139.128.1 metric 5
route add -net 192.168.0.0/16 reject
route add default gw 10.139.128.1
route -n
ip route
route add -net 10.0.0.10 netmask 255.255.255.0 gw 10.139.128.1 dev eth0 2>&1 | head -1
route add default gw 192.168.77.1
route add default gw 10.139.128.1
route del -net 10.0.0.0 netmask 255.255.255.0
route del -net 10.0.0.0 netmask 255.255.255.0
route del -host 10.1.2.3
route del default
route del default
route del -net 192.168.0.0/16 reject
route add -net 10.0.0.0/8 dev nowhere
route add -net 10.0.0.0
route add -host 10.1.2.5
route add 2>&1 | grep -o ^Usage
route -n
