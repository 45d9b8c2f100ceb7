#!/bin/bash
# tcpdump prints ARP, ICMP and UDP: -e, -v, -x, -XX, -q, -t, and a filter.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
capture() { : >log; tcpdump -lni veth0 "$@" >seen 2>log & until grep -q listening log; do sleep 0.02; done; }
show() { wait; sed 's/^[0-9:]*\.[0-9]* //;s/10.0.0.1\.[0-9]*/10.0.0.1.PORT/;s/id [0-9]*/id ID/' seen; }
ip netns exec NS sysctl -q net.ipv4.ip_default_ttl=99
capture -c4
ping -q -c1 10.0.0.2 >/dev/null
show
capture -ec2 icmp
ping -q -c1 10.0.0.2 >/dev/null
show
capture -vc2 icmp
ping -q -c1 -t 33 -Q 0x10 -s 8 10.0.0.2 >/dev/null
show
capture -tc1 arp
ip neigh flush dev veth0
ping -q -c1 10.0.0.2 >/dev/null
show
capture -tXXc1 arp
ip neigh flush dev veth0
ping -q -c1 10.0.0.2 >/dev/null
show
capture -tvec1 arp
ip neigh flush dev veth0
ping -q -c1 10.0.0.2 >/dev/null
show
capture -tc2 udp or icmp
traceroute -n -q1 -N1 -w1 10.0.0.2 >/dev/null
show
capture -tqc2 icmp
ping -q -c1 10.0.0.2 >/dev/null
show
