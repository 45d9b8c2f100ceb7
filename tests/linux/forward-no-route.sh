#!/bin/bash
# A router that has no route says network unreachable; blackhole is silent, unreachable and prohibit say so.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip link add r0 address 02:00:00:00:00:10 type veth peer name eth0 address 02:00:00:00:00:01 netns left
ip link add r1 address 02:00:00:00:00:20 type veth peer name eth0 address 02:00:00:00:00:02 netns right
ip addr add 10.0.1.254/24 dev r0
ip addr add 10.0.2.254/24 dev r1
ip -n left addr add 10.0.1.1/24 dev eth0
ip -n right addr add 10.0.2.2/24 dev eth0
for dev in lo r0 r1; do ip link set $dev up; done
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip -n left route add default via 10.0.1.254
ip -n right route add default via 10.0.2.254
sysctl -q net.ipv4.ip_forward=1
for n in 11 12 13 14 15; do ip -n left addr add 10.0.1.$n/24 dev eth0; done
ip netns exec left ping -c1 -W1 -I 10.0.1.11 10.9.0.1
ip route add blackhole 10.9.0.0/16
ip netns exec left ping -c1 -W0.3 -I 10.0.1.12 10.9.0.1
ip route replace unreachable 10.9.0.0/16
ip netns exec left ping -c1 -W1 -I 10.0.1.13 10.9.0.1
ip route replace prohibit 10.9.0.0/16
ip netns exec left ping -c1 -W1 -I 10.0.1.14 10.9.0.1
ip route replace throw 10.9.0.0/16
ip route show 10.9.0.0/16
ip netns exec left ping -c1 -W1 -I 10.0.1.15 10.9.0.1
