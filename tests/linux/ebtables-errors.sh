#!/bin/bash
# ebtables: what is refused, and how it is said.
set -v; trap 'echo "exit status $?"' ERR
ebtables -A FORWARD -p foo -j DROP
ebtables -A FORWARD -p ARP --ip-src 10.0.0.1 -j DROP
ebtables -A FORWARD --ip-src 10.0.0.1 -j DROP
ebtables -A FORWARD -p IPv4 --ip-dport 80 -j DROP
ebtables -A FORWARD -p IPv4 --ip-proto tcp --ip-dport 99999 -j DROP
ebtables -A FORWARD -p IPv4 --ip-proto nosuch -j DROP
ebtables -A FORWARD -p IPv4 --ip-src 10.0.0.1/33 -j DROP
ebtables -A FORWARD -p 802_1Q --vlan-id 4095 -j DROP
ebtables -A FORWARD -s foo -j DROP
ebtables -A INPUT -o eth0 -j DROP
ebtables -A OUTPUT -i eth0 -j DROP
ebtables -A INPUT foo
ebtables -A nosuch -j DROP
ebtables -A INPUT -j nosuch
ebtables -L nosuch
ebtables -t nosuch -L
ebtables -t nat -A POSTROUTING -j dnat --to-dst 02:00:00:00:00:01
ebtables -t nat -A PREROUTING -j snat --to-src 02:00:00:00:00:01
ebtables -A INPUT -j dnat --to-dst 02:00:00:00:00:01
ebtables -t nat -A PREROUTING -j arpreply --arpreply-mac 02:00:00:00:00:01
