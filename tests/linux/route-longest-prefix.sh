#!/bin/bash
# The longest prefix wins, then the lowest metric, then tos; a host route beats the network.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip route add default via 10.139.128.1
ip route add 172.16.0.0/12 via 10.139.128.2
ip route add 172.16.5.0/24 via 10.139.128.3
ip route add 172.16.5.9/32 via 10.139.128.4
ip route add 172.16.5.0/24 via 10.0.2.5 metric 10
ip route add 172.20.0.0/16 via 10.0.2.6 metric 20
ip route add 172.20.0.0/16 via 10.0.2.7 metric 5
via() { ip route get $1 | head -1; }
via 1.1.1.1
via 172.31.0.1
via 172.16.5.1
via 172.16.5.9
via 172.20.0.1
ip route del 172.16.5.0/24 via 10.139.128.3
via 172.16.5.1
ip route del 172.16.5.9
via 172.16.5.9
ip link set eth1 down
via 172.16.5.1
via 172.20.0.1
ip route
