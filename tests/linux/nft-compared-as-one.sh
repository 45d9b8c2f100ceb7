#!/bin/bash
# Fields that lie side by side are compared as one, and listed in the order of the header.
nft add table ip t
nft add chain ip t c
try() {
nft add rule ip t c "$@"
nft -s list chain ip t c | sed -n '/^\t\t/p'
nft flush chain ip t c
}
try udp dport 5000 udp sport 80
try udp dport != 5000 udp sport != 80
try udp dport 5000 udp sport != 80
try udp dport 5000-5001 udp sport 80
try udp dport 5000 udp length 8 udp sport 80
try udp checksum 1 udp length 8
try icmp checksum 5 icmp code 0 icmp type 8
try icmp code != 0 icmp type != 8
try icmp sequence 6 icmp id 5
try ip id 5 ip length 60
try ip checksum 7 ip protocol udp ip ttl 5
try ip ttl 5 udp dport 6 ip protocol udp
try ip protocol udp ip ttl 5 udp dport 6
try tcp sequence 9 tcp dport 5 tcp sport 7
try tcp urgptr 7 tcp checksum 6 tcp window 5
try tcp dport 5 tcp sport 6 tcp dport 7
try ether saddr 01:02:03:04:05:06 ether daddr 01:02:03:04:05:07
try ip daddr 10.0.0.1 ip saddr 10.0.0.2
# What stands between does not matter,
try udp dport 5000 iif lo udp sport 80
try udp dport 5000 counter udp sport 80
try udp sport 5000 counter udp dport 80
# unless two comparisons are in front of it.
try ip daddr 10.0.0.1 udp dport 5000 counter udp sport 80
try ip daddr 10.0.0.0/24 udp dport 5000 counter udp sport 80
# Ports of any protocol are bits then.
try th dport 5 th sport 6
try meta l4proto '{ tcp, udp }' th dport != 5 th sport != 6
try meta l4proto tcp th dport 5 th sport 6
nft add rule ip t c udp dport != 5000 udp sport != 80
nft -j list chain ip t c | sed 's/.*"expr"/"expr"/'
nft flush chain ip t c
# Not this and not that is: not both. An answer is no request, and has the code of one.
ip link set lo up
nft add chain ip t in '{ type filter hook input priority 0; }'
nft add rule ip t in icmp type != echo-request icmp code != 0 counter
nft add rule ip t in icmp code != 0 counter icmp type != echo-request
nft add rule ip t in icmp code != 0 ip ttl 64 counter icmp type != echo-request
nft add rule ip t in icmp code != 0 counter
ping -c 1 127.0.0.1 > /dev/null
nft list chain ip t in
