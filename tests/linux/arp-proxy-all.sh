#!/bin/bash
# proxy_arp counts when it is set for all devices or for the one that is asked; for a device's own network it never answers.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip link add r0 type veth peer name eth0 address 02:00:00:00:00:01 netns left
ip link add r1 type veth peer name far
for dev in r0 r1 far; do ip link set $dev up; done
ip addr add 10.0.0.254/24 dev r0
ip addr add 10.0.1.254/24 dev r1
ip -n left addr add 10.0.0.1/16 dev eth0
ip -n left link set eth0 up
sysctl -q net.ipv4.ip_forward=1 net.ipv4.neigh.r0.proxy_delay=0
asked() { ip netns exec left arping -q -c1 -w1 -I eth0 $1 && echo $1 is answered || echo $1 is not; }
asked 10.0.1.9
sysctl net.ipv4.conf.all.proxy_arp=1
asked 10.0.1.9
asked 10.0.0.9
sysctl net.ipv4.conf.all.proxy_arp=0 net.ipv4.conf.r0.proxy_arp=1
asked 10.0.1.9
sysctl net.ipv4.conf.r0.forwarding=0
asked 10.0.1.9
