#!/bin/bash
# What a router counts of packets that it does not pass on, and their senders of what they are told.
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
for n in left router right; do NSTAT_HISTORY=history.$n on $n nstat -n; done
# The TTL ends here.
on left ping -qc1 -W1 -t1 10.0.2.2 | grep received
count
# There is no route.
on left ping -qc1 -W1 10.9.0.1 | grep received
count
# A route says unreachable, prohibit, blackhole.
ip -n router route add unreachable 10.8.1.0/24
ip -n router route add prohibit 10.8.2.0/24
ip -n router route add blackhole 10.8.3.0/24
ip -n left addr add 10.0.1.11/24 dev eth0
ip -n left addr add 10.0.1.12/24 dev eth0
on left ping -qc1 -W1 -I 10.0.1.11 10.8.1.1 | grep received
count
on left ping -qc1 -W1 -I 10.0.1.12 10.8.2.1 | grep received
count
on left ping -qc1 -W0.3 10.8.3.1 | grep received
count
# The way back does not lead to where it came from.
ip -n left addr add 10.7.0.1/32 dev lo
on router sysctl -q net.ipv4.conf.all.rp_filter=1
on left ping -qc1 -W0.3 -I 10.7.0.1 10.0.2.2 | grep received
count
on router sysctl -q net.ipv4.conf.all.rp_filter=0
# A source that cannot come from outside.
ip -n router addr add 10.0.1.13/32 dev lo
ip -n left addr add 10.0.1.13/24 dev eth0
on left ping -qc1 -W0.3 -I 10.0.1.13 10.0.2.2 | grep received
count
# The host does not forward.
on router sysctl -q net.ipv4.ip_forward=0
on left ping -qc1 -W0.3 10.0.2.2 | grep received
count
