#!/bin/bash
# Several next hops share flows by weight; a flow keeps its way; its source address decides first.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
for n in 0 1 2; do ip link add r$n type veth peer name p$n; ip link set r$n up; ip link set p$n up; done
for n in 0 1 2; do ip addr add 10.0.$n.1/24 dev r$n; done
ip route add 10.9.0.0/16 nexthop via 10.0.0.9 weight 1 nexthop via 10.0.1.9 weight 3
share() { # of 240 ways, those through r1: all, none, or about so many quarters
    n=$(ip -batch - | grep -c 'dev r1')
    case $n in 0) echo none;; 240) echo all;; *) echo about $(((n + 30) / 60)) quarters;; esac
}
addresses() { n=0; while [ $((n += 1)) -le 240 ]; do echo route get 10.9.0.$n $*; done | share; }
ports() { n=0; while [ $((n += 1)) -le 240 ]; do echo route get 10.9.0.1 ipproto udp sport $n dport 53 $*; done | share; }
same() { n=0; while [ $((n += 1)) -le 240 ]; do echo route get 10.9.0.1; done | share | grep -c 'all\|none'; }
addresses
same
addresses from 10.0.0.1
addresses from 10.0.1.1
addresses from 10.0.2.1
addresses oif r0
addresses oif r1
sysctl net.ipv4.fib_multipath_hash_policy net.ipv4.fib_multipath_hash_fields net.ipv4.fib_multipath_use_neigh
ports | grep -c 'all\|none'
sysctl net.ipv4.fib_multipath_hash_policy=1
ports
addresses
sysctl net.ipv4.fib_multipath_hash_policy=3
ports | grep -c 'all\|none'
sysctl net.ipv4.fib_multipath_hash_fields=0x30
sysctl net.ipv4.fib_multipath_hash_fields=48
ports
sysctl net.ipv4.fib_multipath_hash_policy=4
sysctl net.ipv4.fib_multipath_hash_fields=4096
sysctl net.ipv4.fib_multipath_hash_policy=2
addresses
sysctl -q net.ipv4.ip_forward=1
addresses from 10.0.2.9 iif r2
ip route replace 10.9.0.0/16 nexthop via 10.0.0.9 weight 1 nexthop via 10.0.1.9 weight 1
addresses
ip link set p1 down
until ip route show 10.9.0.0/16 | grep -q linkdown; do sleep 0.02; done
ip route show 10.9.0.0/16
addresses
ip link set p1 up
while ip route show 10.9.0.0/16 | grep -q linkdown; do sleep 0.02; done
sysctl -q net.ipv4.conf.all.ignore_routes_with_linkdown=1
ip link set p1 down
until ip route show 10.9.0.0/16 | grep -q linkdown; do sleep 0.02; done
ip route show 10.9.0.0/16
addresses
ip link set p1 up
while ip route show 10.9.0.0/16 | grep -q linkdown; do sleep 0.02; done
addresses
ip link set r0 down
addresses
