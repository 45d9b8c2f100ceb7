#!/bin/bash
# What a rule remembers: limits with their burst, each so many, so much in all.
ip netns add left
ip link add l0 type veth peer name l1 netns left
for dev in lo l0; do ip link set $dev up; done
ip link set l0 address 02:00:00:00:00:01
ip -n left link set l1 address 02:00:00:00:00:02 up
ip addr add 10.1.0.1/24 dev l0
ip -n left addr add 10.1.0.2/24 dev l1
ip link set l0 group 5
p() { ip netns exec left ping -q -c 1 -W 1 "$@" 10.1.0.1 >log; }
p
i() { iptables -A INPUT -p icmp "$@"; }
i -m limit --limit 1/hour --limit-burst 3
i -m limit --limit 1/day --limit-burst 1
i -m statistic --mode nth --every 3 --packet 0
i -m statistic --mode nth --every 3 --packet 1
i -m statistic --mode nth ! --every 2 --packet 0
i -m statistic --mode random --probability 1
i -m statistic --mode random --probability 0
i -m quota --quota 200
i -m quota ! --quota 200
for n in 1 2 3 4 5 6 7; do p; done
iptables -nvxL INPUT
