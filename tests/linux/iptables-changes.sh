#!/bin/bash
# Packets marked and changed on their way in, as the next rules see them.
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
iptables -t mangle -A PREROUTING -j MARK --set-mark 0x12
iptables -t mangle -A PREROUTING -j MARK --or-mark 0x100
iptables -t mangle -A PREROUTING -s 10.1.0.2 -j MARK --and-mark 0xff0
iptables -t mangle -A PREROUTING -s 10.1.0.2 -j TTL --ttl-set 7
iptables -t mangle -A PREROUTING -j TTL --ttl-inc 3
iptables -t mangle -A PREROUTING -j DSCP --set-dscp 5
iptables -t mangle -A PREROUTING -j LOG --log-level debug
iptables -A INPUT -m mark --mark 0x110
iptables -A INPUT -m mark ! --mark 0x110/0xff0
iptables -A INPUT -m ttl --ttl-eq 10
iptables -A INPUT -m dscp --dscp 5
iptables -A INPUT -m tos --tos 0x16/0xff
iptables -t mangle -A OUTPUT -j TOS --set-tos 0x48
p -Q 2
iptables -nvxL INPUT
ip netns exec left ping -c 1 10.1.0.1
iptables -t mangle -nvxL PREROUTING
