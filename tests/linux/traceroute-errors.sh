#!/bin/bash
# traceroute where nobody answers, where the way ends, and what is refused.
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
ip netns exec left traceroute -n -q1 -N1 -w0.2 -m3 10.0.2.99
ip route add blackhole 10.7.0.0/16
ip netns exec left traceroute -n -q2 -N1 -w0.2 -m3 10.7.0.1
ip route add unreachable 10.8.0.0/16
ip netns exec left traceroute -n -q1 -N1 -w0.2 -m3 10.8.0.1
ip -n left route del default
ip netns exec left traceroute -n -q1 10.0.2.2
traceroute 2>&1 | grep -o ^Usage
traceroute -q 0 10.0.2.2
traceroute -m 300 10.0.2.2
traceroute -i nowhere -n 10.0.2.2
