#!/bin/bash
# The thresholds of memory for fragments keep their order, or are refused.
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
ip netns exec right sysctl -q net.ipv4.ipfrag_high_thresh=2000 net.ipv4.ipfrag_time=1
ip netns exec left ping -q -c1 -W2 -M dont -s 5000 10.0.2.2 | grep transmitted
ip netns exec right sysctl -q net.ipv4.ipfrag_high_thresh=4194304
ip netns exec left ping -q -c1 -W1 -M dont -s 5000 10.0.2.2 | grep transmitted
