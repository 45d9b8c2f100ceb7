#!/bin/bash
# ipv6
# What the stack says of itself goes through the rules of what is made here: neighbour discovery. So does the copy that this host hears of what it sends to a group.
ip netns add left
ip link add l0 type veth peer name l1 netns left
ip link set lo up
ip link set l0 addrgenmode none
ip -n left link set l1 addrgenmode none
ip link set l0 up
ip -n left link set l1 up
ip addr add 10.1.0.1/24 dev l0
ip addr add fd01::1/64 dev l0 nodad
ip -n left addr add fd01::2/64 dev l1 nodad
ip -n left addr add 10.1.0.2/24 dev l1
sleep 2
ip6tables -A OUTPUT -p icmpv6 --icmpv6-type neighbor-solicitation
ip6tables -t mangle -A POSTROUTING -p icmpv6 --icmpv6-type neighbor-solicitation
ping -q -c 1 -W 1 fd01::2 | grep loss
sleep 1
ip6tables -nvxL OUTPUT
ip6tables -t mangle -nvxL POSTROUTING
# A ping to a group that this host is a member of.
sysctl -q -w net.ipv4.icmp_echo_ignore_broadcasts=0
for chain in OUTPUT POSTROUTING PREROUTING INPUT; do iptables -t mangle -A $chain -p icmp --icmp-type echo-request -d 224.0.0.1; done
ping -q -c 1 -W 1 -I l0 224.0.0.1 | grep loss
for chain in OUTPUT POSTROUTING PREROUTING INPUT; do iptables -t mangle -nvxL $chain; done
