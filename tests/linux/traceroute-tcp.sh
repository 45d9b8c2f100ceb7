#!/bin/bash
# Probes by TCP, and by UDP to one port: each hop is found, and the host that answers.
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
trace() { ip netns exec left traceroute -n -q1 -N1 -w0.3 -m4 "$@"; }
trace -T 10.0.2.2
trace -T -p 443 10.0.2.2
trace -T 10.0.2.2 100
trace -U 10.0.2.2
trace -U -p 99 10.0.2.2 30
trace -T 10.0.2.99
ip route add prohibit 10.7.0.0/16
trace -T 10.7.0.1
trace -U 10.7.0.1
trace -T 10.0.1.1
