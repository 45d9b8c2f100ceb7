#!/bin/bash
# ICMP errors are limited per destination; echo replies are not.
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
sysctl net.ipv4.icmp_ratelimit net.ipv4.icmp_ratemask
ip netns exec left ping -q -c20 -i0.002 -W0.2 10.0.2.2 | grep transmitted
ip netns exec left ping -q -c20 -i0.002 -W0.2 -t1 10.0.2.2 | grep transmitted
ip netns exec right ping -q -c20 -i0.002 -W0.2 10.9.0.1 | grep transmitted
sysctl net.ipv4.icmp_ratelimit=0
ip netns exec left ping -q -c20 -i0.002 -W0.2 -t1 10.0.2.2 | grep transmitted
