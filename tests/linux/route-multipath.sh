#!/bin/bash
# A route with several next hops: weights, and what is shown.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip route add 172.16.0.0/16 nexthop via 10.139.128.1 dev eth0 weight 2 nexthop via 10.0.2.1 dev eth1 weight 1
ip route
ip -j route show 172.16.0.0/16
ip route get 172.16.0.1 | grep -c 'via 10.139.128.1\|via 10.0.2.1'
ip link set eth1 down
ip route show 172.16.0.0/16
ip route get 172.16.0.1 | head -1
ip route add 172.17.0.0/16 nexthop via 192.168.1.1 dev eth0
ip route add 172.17.0.0/16 nexthop via 10.139.128.1 weight 0
ip route del 172.16.0.0/16
ip route
ways() { seq "$1" | while read -r n; do echo "nexthop via 10.139.128.$((n % 200 + 30)) dev eth0"; done; }
ip route add 172.18.0.0/16 $(ways 253)
ip route del 172.18.0.0/16
ip route add 172.18.0.0/16 $(ways 254)
ip route add 172.18.0.0/16 $(ways 256)
