#!/bin/bash
# A path's MTU is that of one destination, not of its route.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip link add r0 type veth peer name eth0 netns left
ip link add r1 type veth peer name eth0 netns right
ip addr add 10.0.1.254/24 dev r0
ip addr add 10.0.2.254/24 dev r1
ip -n left addr add 10.0.1.1/24 dev eth0
ip -n right addr add 10.0.2.2/24 dev eth0
for dev in lo r0 r1; do ip link set $dev up; done
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip -n left route add default via 10.0.1.254
ip -n right route add default via 10.0.2.254
sysctl -q net.ipv4.ip_forward=1
ip -n right addr add 10.0.2.3/24 dev eth0
ip link set r1 mtu 1000
ip -n right link set eth0 mtu 1000
ip netns exec left ping -q -c1 -W1 -M do -s 1400 10.0.2.2 | grep transmitted
ip -n left route get 10.0.2.2
ip -n left route get 10.0.2.3
ip netns exec left ping -c1 -W1 -M do -s 1400 10.0.2.3 | sed -n 2p
