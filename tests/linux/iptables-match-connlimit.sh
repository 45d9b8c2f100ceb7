#!/bin/bash
# connlimit and its networks: connections by who comes, by where they go, and those that are gone.
ip netns add left
ip link add l0 type veth peer name l1 netns left
for dev in lo l0; do ip link set $dev up; done
ip -n left link set l1 up
ip addr add 10.1.0.1/24 dev l0
for n in 2 3; do ip -n left addr add 10.1.0.$n/24 dev l1; done
i() { iptables -A INPUT -p udp "$@"; }
i -m connlimit --connlimit-above 1
i -m connlimit --connlimit-upto 1
i -m connlimit --connlimit-above 2 --connlimit-mask 24
i -m connlimit --connlimit-above 1 --connlimit-daddr
i -m connlimit ! --connlimit-above 0
iptables -A OUTPUT -p icmp -j DROP
u() { echo x | ip netns exec left nc -u -w 1 -s 10.1.0.$1 -p $2 10.1.0.1 99; echo "# from 10.1.0.$1 port $2"; iptables -nvxL INPUT | sed 1,2d; }
u 2 1000
u 2 1000
u 2 1001
u 3 1000
u 2 1000
conntrack -D -p udp --sport 1000 2>log | wc -l
u 2 1002
conntrack -F 2>log
u 2 1001
