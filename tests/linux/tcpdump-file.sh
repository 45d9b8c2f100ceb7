#!/bin/bash
# A capture written to a file is read again: -w, -r, -c, --count.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
: >log
tcpdump -ni veth0 -c4 -w ping.pcap 2>log &
until grep -q listening log; do sleep 0.02; done
ping -q -c1 10.0.0.2 >/dev/null
wait
cat log
tcpdump -tnr ping.pcap
tcpdump -tnr ping.pcap -c1 2>&1
tcpdump -r ping.pcap --count icmp
tcpdump -tenr ping.pcap arp 2>/dev/null
od -A n -t x1 -N 4 ping.pcap
wc -c <ping.pcap
