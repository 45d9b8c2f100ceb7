#!/bin/bash
# Source selection: the route's src, else an address of the outgoing device, by scope and subnet.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip addr add 10.0.2.21/24 dev eth1
ip addr add 192.168.5.1/24 dev eth1
ip addr add 169.254.7.7/16 dev eth0 scope link
ip addr add 192.0.2.1/32 dev lo
src() { ip route get "$@" | grep -o 'src [^ ]*'; }
src 10.0.2.1
src 192.168.5.9
src 10.139.128.1
src 169.254.1.1
src 192.0.2.1
ip route add 172.16.0.0/16 via 192.168.5.254
src 172.16.0.1
ip route add 172.17.0.0/16 via 10.0.2.1 src 192.0.2.1
src 172.17.0.1
ip route add 172.18.0.0/16 dev eth0
src 172.18.0.1
ip route get 172.17.0.1 from 10.0.2.21
ip route get 172.17.0.1 from 10.0.2.99
ip route get 172.17.0.1 oif eth0
ip route get 10.139.128.1 oif eth1
