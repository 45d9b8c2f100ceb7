#!/bin/bash
# Reports of groups go through the rules of what is made here, and may end there.
ip netns add left
ip link add l0 type veth peer name l1 netns left
for dev in lo l0; do ip link set $dev up; done
ip -n left link set l1 up
sysctl -q -w net.ipv4.conf.l0.force_igmp_version=2
sleep 1
iptables -A OUTPUT -p igmp -d 239.1.1.1
iptables -t mangle -A POSTROUTING -o l0 -p igmp -d 239.1.1.1 -j DROP
ip -n left link set l1 promisc on
ip netns exec left iptables -t raw -A PREROUTING -p igmp -d 239.1.1.1
ip addr add 239.1.1.1/32 dev l0 autojoin
sleep 2
count() { "$@" | sed -n '3s/^ *0 .*/none/p;3s/^ *[1-9].*/some/p'; }
count iptables -nvxL OUTPUT
count iptables -t mangle -nvxL POSTROUTING
count ip netns exec left iptables -t raw -nvxL PREROUTING
iptables -t mangle -F
ip addr del 239.1.1.1/32 dev l0
ip addr add 239.1.1.1/32 dev l0 autojoin
sleep 2
count ip netns exec left iptables -t raw -nvxL PREROUTING
