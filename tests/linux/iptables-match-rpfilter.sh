#!/bin/bash
# ipv6
# rpfilter: whether the way back leads to where a packet came by, of IPv4 and IPv6.
ip netns add left
ip netns add other
ip link add l0 type veth peer name l1 netns left
ip link add o0 type veth peer name o1 netns other
for dev in lo l0 o0; do ip link set $dev up; sysctl -qw net.ipv4.conf.$dev.rp_filter=0; done
sysctl -qw net.ipv4.conf.all.rp_filter=0
ip -n left link set l1 up
ip -n other link set o1 up
ip addr add 10.1.0.1/24 dev l0
ip addr add 10.2.0.1/24 dev o0
ip addr add fd00:1::1/64 dev l0 nodad
ip addr add fd00:2::1/64 dev o0 nodad
ip -n left addr add 10.1.0.2/24 dev l1
ip -n left addr add 10.2.0.9/32 dev l1
ip -n left addr add 10.9.0.9/32 dev l1
ip -n left addr add fd00:1::2/64 dev l1 nodad
ip -n left addr add fd00:2::9/128 dev l1 nodad
ip -n left addr add fd00:9::9/128 dev l1 nodad
# Answers to whom is not there are lost.
ip neigh add 10.2.0.9 dev o0 lladdr 02:00:00:00:00:0f
ip -6 neigh add fd00:2::9 dev o0 lladdr 02:00:00:00:00:0f
i() { iptables -t raw -A PREROUTING -p icmp "$@"; ip6tables -t raw -A PREROUTING -p icmpv6 --icmpv6-type echo-request "$@"; }
i -m rpfilter
i -m rpfilter --invert
i -m rpfilter --loose
i -m rpfilter --loose --invert
i -m rpfilter --accept-local
i -m rpfilter --validmark
i -j MARK --set-mark 7
i -m rpfilter --validmark
p() { ip netns exec left ping -q -c 1 -W 1 "$@" >log; echo "# $*"; for tool in iptables ip6tables; do $tool -t raw -nvxL PREROUTING -Z | sed -nE '/^ +[0-9]/s/^ *([0-9]+).*/\1/p' | tr '\n' ' '; echo; done; }
p -I 10.1.0.2 10.1.0.1
p -I 10.2.0.9 10.1.0.1
p -I 10.9.0.9 10.1.0.1
p -I fd00:1::2 fd00:1::1
p -I fd00:2::9 fd00:1::1
p -I fd00:9::9 fd00:1::1
ip route add 10.9.0.0/16 via 10.1.0.2 table 7
ip rule add fwmark 7 table 7
ip -6 route add fd00:9::/64 via fd00:1::2 table 7
ip -6 rule add fwmark 7 table 7
p -I 10.9.0.9 10.1.0.1
p -I fd00:9::9 fd00:1::1
# What comes by the loopback has its way back.
ping -q -c 1 10.1.0.1 >log; ping -q -c 1 fd00:1::1 >log
for tool in iptables ip6tables; do $tool -t raw -nvxL PREROUTING | sed -nE '/^ +[0-9]/s/^ *([0-9]+).*/\1/p' | tr '\n' ' '; echo; done
