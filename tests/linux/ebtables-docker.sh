#!/bin/bash
# What hosts of containers ask of frames: gateways of a bridge answered for, ARP and DHCP kept inside,
# duplicates of a hairpin port stopped (kubenet).
set -v; trap 'echo "exit status $?"' ERR
ip link add cbr0 address 02:00:00:00:00:99 type bridge
ip addr add 10.0.0.254/24 dev cbr0
ip link set cbr0 up
for n in 1 2; do
    ip netns add h$n
    ip link add veth$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set veth$n master cbr0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
# kubenet: what the bridge's own address sent comes back by no port.
ebtables -t filter -N KUBE-DEDUP
ebtables -t filter -A OUTPUT -j KUBE-DEDUP
ebtables -t filter -A KUBE-DEDUP -p IPv4 -s 02:00:00:00:00:99 -o veth+ --ip-src 10.0.0.254 -j ACCEPT
ebtables -t filter -A KUBE-DEDUP -p IPv4 -s 02:00:00:00:00:99 -o veth+ --ip-src 10.0.0.0/24 -j DROP
# DHCP does not leave by a port, nor do questions for the gateway.
ebtables -A FORWARD -p IPv4 --ip-protocol udp --ip-destination-port 67:68 -o veth2 -j DROP
ebtables -A FORWARD -p ARP --arp-ip-dst 10.0.0.254 -o veth2 -j DROP
ebtables -A FORWARD -p IPv6 --ip6-protocol udp --ip6-destination-port 547 -j DROP
ebtables -t nat -A POSTROUTING -o veth2 -s ! 02:00:00:00:00:99 -p IPv4 -j snat --to-source 02:00:00:00:00:99 --snat-target ACCEPT
ebtables -t nat -A PREROUTING -i veth1 -p ARP --arp-op Request --arp-ip-dst 10.0.0.77 -j arpreply --arpreply-mac 02:00:00:00:00:77
ip netns exec h1 ping -c1 -W1 10.0.0.2 | grep -o '. received'
ip netns exec h1 ping -c1 -W1 10.0.0.254 | grep -o '. received'
ip netns exec h1 arping -c1 -w1 -I eth0 10.0.0.77 | grep -o 'reply.*\]\|Received.*'
ip -n h2 neigh show dev eth0 | cut -d' ' -f1-3
ebtables -L KUBE-DEDUP --Lc | sed 's/bcnt.*//'
ebtables -t nat -L POSTROUTING --Lc | sed 's/bcnt.*//'
ebtables-save | grep -v '^#'
ebtables -t filter -D OUTPUT -j KUBE-DEDUP
ebtables -t filter -F KUBE-DEDUP
ebtables -t filter -X KUBE-DEDUP
