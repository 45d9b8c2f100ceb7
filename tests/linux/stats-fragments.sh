#!/bin/bash
# What is counted of packets that are cut and joined, by those that do it and by the router between them.
set -v; trap 'echo "exit status $?"' ERR
for n in left router right; do ip netns add $n; ip -n $n link set lo up; done
ip link add eth0 netns left type veth peer name r0 netns router
ip link add eth0 netns right type veth peer name r1 netns router
ip -n left addr add 10.0.1.1/24 dev eth0
ip -n right addr add 10.0.2.2/24 dev eth0
ip -n router addr add 10.0.1.254/24 dev r0
ip -n router addr add 10.0.2.254/24 dev r1
for n in left right; do ip -n $n link set eth0 up; done
for dev in r0 r1; do ip -n router link set $dev up; done
ip -n left route add default via 10.0.1.254
ip -n right route add default via 10.0.2.254
ip netns exec router sysctl -q net.ipv4.ip_forward=1
on() { ip netns exec "$@"; }
count() { for n in left router right; do echo "$n"; NSTAT_HISTORY=history.$n on $n nstat | tail -n +2; done; }
on left ping -qc1 -W1 -s 3000 10.0.2.2 | grep received
count
# The router cuts, for its next link is narrower.
ip -n right link set eth0 mtu 1000
ip -n router link set r1 mtu 1000
on left ping -qc1 -W1 -M dont -s 1200 10.0.2.2 | grep received
count
# It may not.
on left ping -qc1 -W1 -M do -s 1200 10.0.2.2 | grep received
count
# The rest of a packet does not come: the last piece is too long for the link.
ip -n left route flush cache
ip -n router link set r1 mtu 1500
on right sysctl -q net.ipv4.ipfrag_time=1
on left ping -qc1 -W2 -s 1480 10.0.2.2 | grep received
count
