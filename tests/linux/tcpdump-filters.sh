#!/bin/bash
# The primitives of pcap-filter: host, net, port, proto, src, dst, ether, icmp, arp, greater, less, and, or, not.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
: >log
tcpdump -U -ni veth0 -w all.pcap 2>log &
until grep -q listening log; do sleep 0.02; done
ping -q -c1 10.0.0.2 >/dev/null
traceroute -n -q1 -N1 -w1 10.0.0.2 >/dev/null
ping -q -c1 -s 500 10.0.0.2 >/dev/null
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:99 dev veth0
ping -q -c1 -W0.1 10.0.0.9 >/dev/null
sleep 1.2
kill $!
wait $!
count() { echo "$(tcpdump -nr all.pcap "$@" 2>/dev/null | wc -l) $*"; }
count arp
count icmp
count udp
count tcp
count ip
count host 10.0.0.9
count src host 10.0.0.2
count dst 10.0.0.2 and icmp
count net 10.0.0.0/24
count src net 10.0.0.0/30
count net 192.168.0.0/16
count port 33434
count dst port 33434
count src port 33434
count udp port 33434 or arp
count portrange 33000-34000
count not icmp and not arp
count 'icmp and (host 10.0.0.9 or greater 500)'
count less 60
count ether host 02:00:00:00:00:99
count ether src 02:00:00:00:00:10
count ether broadcast
count 'icmp[icmptype] == icmp-echo'
count 'icmp[0] = 3'
count 'ip[8] = 64 and icmp'
count '! arp && ! udp'
count ip proto 17
count proto 1
tcpdump -nr all.pcap frobnicate
tcpdump -nr all.pcap host
tcpdump -nr nowhere.pcap
tcpdump -ni nowhere
