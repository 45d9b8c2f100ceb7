#!/bin/bash
# Martian sources are dropped: an address of one's own, 127/8 unless route_localnet; class E is none.
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
for address in 10.0.1.254 10.0.2.254 240.0.0.1 172.16.0.1; do ip -n left addr add $address/32 dev lo; done
ip route add 240.0.0.1 via 10.0.1.1
ip route add 172.16.0.1 via 10.0.1.1
ip -n left rule del pref 0
ip -n left rule add pref 10 lookup local
ip -n left rule add pref 5 to 10.0.1.254 lookup main
: >log
tcpdump --immediate-mode -Q out -lni r0 icmp >seen 2>log &
until grep -q listening log; do sleep 0.02; done
from() { ip netns exec left ping -q -c1 -W0.1 -I $1 10.0.1.254 >/dev/null; sleep 0.1; grep -c reply seen; }
from 10.0.1.1
from 172.16.0.1
from 240.0.0.1
from 10.0.2.254
ip addr add 127.9.0.1/8 dev lo
ip -n left rule add pref 6 to 127.9.0.1 lookup 9
ip -n left route add 127.9.0.1 via 10.0.1.254 table 9
ip netns exec left ping -q -c1 -W0.1 127.9.0.1 | grep transmitted
sysctl net.ipv4.conf.r0.route_localnet=1
ip netns exec left ping -q -c1 -W0.1 127.9.0.1 | grep transmitted
ip netns exec left sysctl net.ipv4.conf.eth0.route_localnet=1
ip netns exec left ping -q -c1 -W0.1 127.9.0.1 | grep transmitted
kill $!
wait $!
