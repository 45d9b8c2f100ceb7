#!/bin/bash
# What holds when all and a device say different things: either for some settings, the greater for others.
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
ip -n left addr add 10.0.2.99/32 dev lo
ip -n left addr add 10.0.2.254/32 dev lo
ip -n left rule del pref 0
ip -n left rule add pref 5 to 10.0.1.254 lookup main
ip -n left rule add pref 10 lookup local
both() { sysctl -q net.ipv4.conf.all.$1=$2 net.ipv4.conf.r0.$1=$3; }
told() { ip netns exec left ping -q -c1 -W0.1 $* 10.0.1.254 | grep -o '[0-9] received'; }
hears() { ip netns exec left arping -q -f -c1 -w1 -I eth0 $*; echo "$1: $?"; }
: rp_filter is the greater
ip route add 10.0.2.99 via 10.0.1.1
for pair in '0 0' '1 0' '0 1' '2 1' '1 2'; do both rp_filter $pair; told -I 10.0.2.99; done
ip route del 10.0.2.99
for pair in '0 0' '1 0' '0 1' '2 1' '1 2'; do both rp_filter $pair; told -I 10.0.2.99; done
both rp_filter 0 0
: arp_filter is on if either is
for pair in '0 0' '1 0' '0 1'; do both arp_filter $pair; hears 10.0.2.254 -s 10.0.2.99; done
both arp_filter 0 0
: proxy_arp is on if either is
sysctl -q net.ipv4.ip_forward=1 net.ipv4.neigh.r0.proxy_delay=0
for pair in '0 0' '1 0' '0 1'; do both proxy_arp $pair; hears 10.0.2.2; done
both proxy_arp 0 0
: forwarding is the device its own
sysctl -q net.ipv4.ip_forward=0
far() { ip netns exec left ping -q -c1 -W0.1 10.0.2.2 | grep -o '[0-9] received'; }
far
sysctl -q net.ipv4.conf.r0.forwarding=1
far
sysctl -q net.ipv4.conf.r1.forwarding=1
far
: accept_local is on if either is
ip addr add 10.0.2.99/32 dev lo
ip route add table 9 10.0.2.99 via 10.0.1.1
for pair in '0 0' '1 0' '0 1'; do both accept_local $pair; ip route get 10.0.1.254 from 10.0.2.99 iif r0 | head -1; done
: route_localnet is on if either is
for pair in '0 0' '1 0' '0 1'; do both route_localnet $pair; ip route get 127.0.0.1 from 10.0.1.1 iif r0 | head -1; done
