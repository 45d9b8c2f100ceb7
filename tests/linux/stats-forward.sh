#!/bin/bash
# What each host on the way of a packet counts: those at its ends, and the router between them.
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
on left ping -qc1 -W1 10.0.2.2 | grep received
count
# The TOS says whether a router may tell of congestion: each of its four values has its counter.
on left ping -qc1 -W1 -Q 1 10.0.2.2 | grep received
on left ping -qc1 -W1 -Q 2 10.0.2.2 | grep received
on left ping -qc1 -W1 -Q 3 10.0.2.2 | grep received
count
# What stays on a host is counted as it leaves and as it comes.
on left ping -qc1 -W1 10.0.1.1 | grep received
count
