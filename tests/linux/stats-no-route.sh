#!/bin/bash
# A sender without a way counts what has no route, and nothing where a route refuses.
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
on router ping -qc1 -W1 10.9.0.1
count
ip -n router route add unreachable 10.8.1.0/24
ip -n router route add blackhole 10.8.3.0/24
on router ping -qc1 -W1 10.8.1.1
on router ping -qc1 -W1 10.8.3.1
count
# Nobody answers ARP: the sender tells itself.
on left ping -qc1 -W4 10.0.1.77 | grep received
count
# So does a router to the sender, once it has passed the packet on.
on left ping -qc1 -W4 10.0.2.77 | grep received
count
