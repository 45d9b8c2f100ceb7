#!/bin/bash
# What a rule asks of the connection's protocol or family stands for that of the packet.
nft add table ip t
nft add chain ip t c
nft add table inet t
nft add chain inet t c
rule() {
	of=$1
	shift
	nft add rule "$of" t c "$@" && nft list chain "$of" t c | sed -n 3p
	nft flush chain "$of" t c
}
rule ip ct protocol tcp tcp dport 80
rule ip ct protocol udp tcp dport 80
rule ip meta l4proto tcp ct protocol udp tcp dport 80
rule ip meta l4proto tcp ct protocol 17
rule ip ct original protocol 17 tcp dport 80
rule ip tcp dport 80 ct protocol udp
rule ip ip protocol tcp ct protocol udp tcp sport 7
rule inet meta l4proto tcp ct protocol 17 tcp dport 1
rule inet ip protocol tcp ct protocol 17 tcp dport 1
rule ip 'ct protocol { tcp, udp } tcp dport 80'
rule ip ct protocol 17 udp dport 80
rule ip ct protocol 17 th dport 80
rule ip ct l3proto ipv6 ip saddr 1.2.3.4
rule inet ct l3proto ipv4 ip6 saddr ::1
rule inet ct l3proto ipv4 ip saddr 1.2.3.4
# What a port of a connection means is known once the protocol is.
rule ip ct original proto-dst 80
rule ip ct proto-src 80
rule ip meta l4proto tcp ct original proto-dst 80
rule ip ct protocol tcp ct original proto-dst ssh
# An address of Ethernet is compared with the type behind it, where a field of IP needs that.
rule inet ether saddr 00:11:22:33:44:55 counter meta protocol ip ip saddr 1.1.1.1
rule inet ether saddr 00:11:22:33:44:55 mark set 1 meta protocol ip ip ttl 5
rule inet ether saddr 00:11:22:33:44:55 counter tcp dport 80 meta protocol ip ip ttl 4
rule inet ether saddr 00:11:22:33:44:55 iifname lo counter meta protocol ip
