#!/bin/bash
# Rules as nft lists them: by names, by numbers, with handles, without what was counted.
set -v; trap 'echo "exit status $?"' ERR
nft add table ip t
nft add chain ip t c '{ type filter hook input priority 0; policy drop; }'
nft add chain ip t own
nft add rule ip t c tcp dport 80 accept
nft add rule ip t c tcp dport '{ 443, 22, 80 }' counter accept
nft add rule ip t c tcp dport http accept
nft add rule ip t c ip saddr 10.1.2.3/8 counter packets 3 bytes 40 drop
nft add rule ip t c ip saddr != 10.0.0.1-10.0.0.9 drop comment '"hi there"'
nft add rule ip t c ip protocol tcp accept
nft add rule ip t c ip protocol '{ tcp, udp }' accept
nft add rule ip t c iifname eth0 oifname '"eth*"' accept
nft add rule ip t c iif lo accept
nft add rule ip t c udp sport 1-1024 udp dport != 53 jump own
nft add rule ip t c goto own
nft add rule ip t c icmp type echo-request accept
nft add rule ip t c icmp type '{ echo-request, echo-reply }' accept
nft add rule ip t c meta mark 0x10 accept
nft add rule ip t c meta mark and 0xff == 0x10 accept
nft add rule ip t c meta mark set 5
nft add rule ip t c meta mark set meta mark or 5
nft add rule ip t c ip saddr . tcp dport '{ 2.3.4.5 . 443, 1.2.3.4 . 80 }' accept
nft add rule ip t c ip daddr vmap '{ 10.0.0.0/8 : jump own, 1.1.1.1 : drop, 2.2.2.2-2.2.2.9 : accept }'
nft add rule ip t c meta pkttype broadcast drop
nft add rule ip t c reject
nft add rule ip t c reject with icmp type host-unreachable
nft add rule ip t c ip dscp cs1 accept
nft add rule ip t c ip ttl '<' 5 accept
nft add rule ip t c tcp dport '>=' 1024 accept
nft add rule ip t c @th,16,16 80 accept
nft add rule ip t c ether saddr 00:11:22:33:44:55 accept
nft add rule ip t c meta length 3-4 accept
nft add rule ip t c tcp dport '{ 80-90, 91, 100 }'
nft add rule ip t c tcp dport != '{ 1, 5-7 }'
nft list chain ip t c
nft -a list table ip t
nft -n list chain ip t c
nft -s list chain ip t c
