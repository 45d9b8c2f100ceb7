#!/bin/bash
# ip route add, del, replace, change, append, get, show, flush.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip route add 10.1.0.0/16 via 10.139.128.1
ip route add 10.1.0.0/16 via 10.139.128.1
ip route add 10.1.0.0/16 via 10.139.128.2 metric 100
ip route append 10.1.0.0/16 via 10.139.128.3
ip route prepend 10.1.0.0/16 via 10.139.128.4
ip route show 10.1.0.0/16
ip route replace 10.1.0.0/16 via 10.0.2.1 dev eth1
ip route show 10.1.0.0/16
ip route change 10.1.0.0/16 via 10.139.128.9 mtu 1400 advmss 1360
ip route change 10.9.0.0/16 via 10.139.128.9
ip route show 10.1.0.0/16
ip route add 10.1.2.3 dev eth1
ip route add default via 10.139.128.1 proto static
ip route get 10.1.2.3
ip route get 10.1.2.4
ip route get 8.8.8.8
ip route get 127.0.0.1
ip route get 10.139.128.255
ip route del 10.1.0.0/16 via 10.139.128.9
ip route del 10.1.0.0/16 metric 100
ip route del 10.1.2.3
ip route
ip route flush proto static
ip route flush dev eth1
ip route
