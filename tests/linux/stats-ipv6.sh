#!/bin/bash
# ipv6
# What hosts count of IPv6 and ICMPv6: at both ends, on a router, and of packets that are dropped.
set -v; trap 'echo "exit status $?"' ERR
for n in left router right; do
    ip netns add $n
    ip netns exec $n sysctl -q net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0
    ip -n $n link set lo up
done
ip link add eth0 address 02:00:00:00:00:01 netns left type veth peer name r0 address 02:00:00:00:00:10 netns router
ip link add eth0 address 02:00:00:00:00:02 netns right type veth peer name r1 address 02:00:00:00:00:20 netns router
ip -n left addr add 2001:db8:1::1/64 dev eth0 nodad
ip -n right addr add 2001:db8:2::2/64 dev eth0 nodad
ip -n router addr add 2001:db8:1::fe/64 dev r0 nodad
ip -n router addr add 2001:db8:2::fe/64 dev r1 nodad
for n in left right; do ip -n $n link set eth0 up; done
for dev in r0 r1; do ip -n router link set $dev up; done
ip -n left route add default via 2001:db8:1::fe
ip -n right route add default via 2001:db8:2::fe
ip netns exec router sysctl -q net.ipv6.conf.all.forwarding=1
# Neighbours are known, so that only what is asked for is counted.
ip -n left neigh add 2001:db8:1::fe lladdr 02:00:00:00:00:10 dev eth0
ip -n right neigh add 2001:db8:2::fe lladdr 02:00:00:00:00:20 dev eth0
ip -n router neigh add 2001:db8:1::1 lladdr 02:00:00:00:00:01 dev r0
ip -n router neigh add 2001:db8:2::2 lladdr 02:00:00:00:00:02 dev r1
sleep 3
on() { ip netns exec "$@"; }
count() { for n in left router right; do echo "$n"; NSTAT_HISTORY=history.$n on $n nstat | tail -n +2; done; }
for n in left router right; do NSTAT_HISTORY=history.$n on $n nstat -n; done
on left ping -qc1 -W1 2001:db8:2::2 | grep received
count
# The hop limit ends.
on left ping -qc1 -W1 -t1 2001:db8:2::2 | grep received
count
# No route; routes that refuse.
on left ping -qc1 -W1 2001:db9::1 | grep received
count
ip -n router route add prohibit 2001:db8:8::/64
ip -n router route add blackhole 2001:db8:9::/64
on left ping -qc1 -W1 2001:db8:8::1 | grep received
count
on left ping -qc1 -W0.3 2001:db8:9::1 | grep received
count
# In fragments there and back.
on left ping -qc1 -W1 -s 3000 2001:db8:2::2 | grep received
count
# Too big for the next link.
ip -n right link set eth0 mtu 1300
ip -n router link set r1 mtu 1300
on left ping -qc1 -W1 -M do -s 1400 2001:db8:2::2 | grep received
count
# A group that nobody listens to.
on left ping -qc1 -W0.3 ff02::9%eth0 | grep received
count
# A sender without a route.
on router ping -qc1 -W1 2001:dead::1
count
# What stays on the host.
on left ping -qc1 -W1 ::1 | grep received
count
# netstat -s: what was counted, in sentences.
ip netns add alone
on alone sysctl -q net.ipv6.conf.all.forwarding=0
ip -n alone link set lo up
on alone ping -qc1 -W1 ::1 | grep received
on alone netstat -s6
on alone netstat -s6u
on alone netstat -s6w
