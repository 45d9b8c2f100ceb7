#!/bin/bash
# A long packet travels in fragments, made by the sender or by a router, and is put together at its end.
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
ip link set r1 mtu 1000
ip -n right link set eth0 mtu 1000
: >log
tcpdump -lni r1 -c5 'icmp and src 10.0.1.1' >seen 2>log &
until grep -q listening log; do sleep 0.02; done
ip netns exec left ping -c1 -W1 -M dont -s 3000 10.0.2.2 | head -2
wait
cut -d' ' -f2- seen | sed 's/id [0-9]*/id ID/'
ip netns exec left ping -q -c1 -W1 -M dont -s 20000 10.0.2.2 | grep transmitted
ip -s link show r1 | tail -1
