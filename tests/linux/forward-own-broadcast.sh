#!/bin/bash
# Broadcasts: answered only when asked to, never forwarded unless bc_forwarding.
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
ip netns exec left ping -c1 -W0.2 10.0.1.255
ip netns exec left ping -b -c1 -W0.2 10.0.1.255
sysctl net.ipv4.icmp_echo_ignore_broadcasts=0
ip netns exec left ping -b -c1 -W0.5 10.0.1.255
ip netns exec left ping -b -c1 -W0.5 255.255.255.255
ip netns exec left ping -c1 -W0.5 224.0.0.1 | head -2
ip netns exec left ping -q -b -c1 -W0.2 10.0.2.255 | grep transmitted
sysctl net.ipv4.icmp_echo_ignore_broadcasts=1 net.ipv4.icmp_echo_ignore_all=1
ip netns exec left ping -q -c1 -W0.2 10.0.1.254 | grep transmitted
