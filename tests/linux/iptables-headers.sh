#!/bin/bash
# What matches look at in headers, and what counts them: pings and datagrams of known form.
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
i() { iptables -A INPUT "$@"; }
i -m addrtype --src-type UNICAST --dst-type LOCAL
i -m addrtype ! --dst-type LOCAL,BROADCAST
i -m iprange --src-range 10.1.0.1-10.1.0.5
i -m iprange ! --dst-range 10.1.0.1-10.1.0.5
i -m length --length 84
i -m length ! --length 100:200
i -m ttl --ttl-eq 9
i -m ttl --ttl-gt 9
i -m ttl --ttl-lt 64
i -m dscp --dscp 8
i -m dscp ! --dscp 8
i -m tos --tos 0x20/0xff
i -m ecn --ecn-ip-ect 2
i -m pkttype --pkt-type unicast
i -m mac --mac-source 02:00:00:00:00:02
i -m mac ! --mac-source 02:00:00:00:00:02
i -m devgroup --src-group 5
i -m devgroup ! --src-group 5
i -p udp -m multiport --dports 53,100:200
i -p udp -m multiport ! --dports 53,100:200
i -p udp -m multiport --ports 150
i -m mark --mark 0
p -t 9
p -Q 32
p -Q 2
p -s 100
iptables -nvxL INPUT
for port in 53 99 150 201; do echo hi | ip netns exec left nc -u -w 1 10.1.0.1 $port; done
iptables -nvxL INPUT | grep ' 17 '
