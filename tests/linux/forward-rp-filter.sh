#!/bin/bash
# rp_filter: strict wants the way back by the same device, loose any way; the maximum of all and the device counts.
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
ip -n left addr add 172.16.0.1/32 dev lo
ip route add 172.16.0.1 dev r1
sysctl net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.r0.rp_filter=0
: >log
tcpdump --immediate-mode -lni r1 icmp and src 172.16.0.1 >seen 2>log &
until grep -q listening log; do sleep 0.02; done
arrived() { ip netns exec left ping -q -c1 -W0.1 -I 172.16.0.1 10.0.2.2 >/dev/null; sleep 0.1; grep -c request seen; }
arrived
sysctl net.ipv4.conf.r0.rp_filter=1
arrived
sysctl net.ipv4.conf.r0.rp_filter=2
arrived
ip route del 172.16.0.1
arrived
ip route add 172.16.0.1 dev r1
sysctl net.ipv4.conf.all.rp_filter=1
arrived
sysctl net.ipv4.conf.r0.rp_filter=0
arrived
ip route replace 172.16.0.1 via 10.0.1.1
arrived
kill $!
wait $!
