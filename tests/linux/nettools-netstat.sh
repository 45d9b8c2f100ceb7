#!/bin/bash
# netstat: the routing table, the interfaces.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip route add default via 10.139.128.1
ip route add 10.9.9.9 dev eth1
ip route add unreachable 172.16.0.0/12
netstat -rn
netstat -nr
netstat -i
netstat -ie | head -3
netstat -in
