#!/bin/bash
# ebtables: what rules can ask of a frame, said as it is listed.
set -v; trap 'echo "exit status $?"' ERR
ebtables -A FORWARD -p 0x86dd -j CONTINUE
ebtables -A FORWARD -p 802_1Q --vlan-id 5 -j DROP
ebtables -A FORWARD -p 802_1Q --vlan-prio 3 --vlan-encap IPv4 -j DROP
ebtables -A FORWARD -p 802_1Q --vlan-id ! 7 -j DROP
ebtables -A FORWARD -p LENGTH -j DROP
ebtables -A FORWARD ! -s 2:0:0:0:0:1 -j DROP
ebtables -A FORWARD -s 02:00:00:00:00:00/ff:ff:00:00:00:00 -j DROP
ebtables -A FORWARD -d Multicast -j DROP
ebtables -A FORWARD -d ! Broadcast -j DROP
ebtables -A FORWARD -d Unicast -j DROP
ebtables -A FORWARD -d BGA -j DROP
ebtables -A FORWARD -i eth0 -o eth+ -j DROP
ebtables -A FORWARD ! -i eth0 -j DROP
ebtables -A FORWARD -p IPv4 --ip-src 10.0.0.0/8 --ip-dst ! 10.1.1.1 -j DROP
ebtables -A FORWARD -p IPv4 --ip-proto tcp --ip-dport 80 --ip-sport 1024:65535 -j DROP
ebtables -A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type echo-request -j DROP
ebtables -A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type 3/1:4 -j DROP
ebtables -A FORWARD -p IPv4 --ip-tos 0x10 -j DROP
ebtables -A FORWARD -p IPv4 --ip-proto ! udp -j DROP
ebtables -A FORWARD -p IPv6 --ip6-src fe80::/10 --ip6-proto ipv6-icmp --ip6-icmp-type neighbour-solicitation -j DROP
ebtables -A FORWARD -p IPv6 --ip6-dst 2001:db8::1 --ip6-proto udp --ip6-dport 53 --ip6-tclass 0x20 -j DROP
ebtables -A FORWARD -p ARP --arp-op Request --arp-ip-src 10.0.0.1 --arp-mac-src 02:00:00:00:00:01 -j DROP
ebtables -A FORWARD -p ARP --arp-op 2 --arp-ip-dst 10.0.0.0/24 --arp-mac-dst 02:00:00:00:00:01/ff:ff:ff:00:00:00 --arp-htype 1 --arp-ptype 0x800 -j DROP
ebtables -A FORWARD -p ARP --arp-gratuitous -j DROP
ebtables -A FORWARD --among-src 02:00:00:00:00:02=10.0.0.1,02:00:00:00:00:01 -j DROP
ebtables -A FORWARD --among-dst ! 02:00:00:00:00:01,02:00:00:00:00:02 -j DROP
ebtables -A FORWARD --mark 0x5 -j DROP
ebtables -A FORWARD --mark ! 0x5/0xff -j DROP
ebtables -A FORWARD --mark /0xff -j DROP
ebtables -A FORWARD --limit 3/minute --limit-burst 8 -j ACCEPT
ebtables -A FORWARD --limit 5/second -j ACCEPT
ebtables -A FORWARD --pkttype-type broadcast -j DROP
ebtables -A FORWARD --log
ebtables -A FORWARD --log-level debug --log-prefix "hi there" --log-ip --log-arp
ebtables -A FORWARD --nflog-group 3
ebtables -L FORWARD
ebtables-save | grep -v '^#'
