#!/bin/bash
# The commands of the routing tutorial as they stand, with what they answer.
set -v; trap 'echo "exit status $?"' ERR
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link set eth0 up
ip link set far0 up
ip addr add 10.139.128.20/24 dev eth0
route
route add -net 10.0.0.10 netmask 255.255.255.255 gw 10.139.128.1 dev eth0
route add -net 10.0.0.10 netmask 255.255.255.0 gw 10.139.128.1 dev eth0 2>&1 | head -1
route add -net 10.0.0.0 netmask 255.255.255.0 gw 10.139.128.1 dev eth0
route add -net 224.0.0.0 netmask 240.0.0.0 dev eth0
route add -net 224.0.0.0 netmask 240.0.0.0 reject
netstat -rn
route -n
route del -net 224.0.0.0 netmask 240.0.0.0
route del -net 224.0.0.0 netmask 240.0.0.0 reject
route del -net 224.0.0.0 netmask 240.0.0.0
route add default gw 192.168.1.1
route add default gw 10.139.128.1
netstat -rn
ip route show
route del default gw 10.139.128.1
route -n
