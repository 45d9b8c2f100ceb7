#!/bin/bash
# Checks that another part of a rule implies are not listed; what cannot be together is refused.
set -v; trap 'echo "exit status $?"' ERR
nft add table ip t
nft add chain ip t c
nft add rule ip t c ip protocol tcp tcp dport 80 accept
nft add rule ip t c meta l4proto tcp tcp dport 80 accept
nft add rule ip t c meta l4proto '{ tcp, udp }' th dport 53 accept
nft add rule ip t c tcp dport 80 udp dport 80
nft add rule ip t c ip6 saddr ::1 accept
nft add rule ip t c meta nfproto ipv4 accept
nft add rule ip t c accept drop
nft list chain ip t c
nft add table inet f
nft add chain inet f c
nft add rule inet f c meta nfproto ipv4 ip saddr 1.1.1.1
nft add rule inet f c meta nfproto ipv6 accept
nft add rule inet f c ip saddr 1.1.1.1 ip daddr 2.2.2.2 udp dport 53 accept
nft add rule inet f c ip saddr 1.1.1.1 ip6 saddr ::1
nft add rule inet f c icmpv6 type nd-neighbor-solicit ip6 saddr fe80::/10 accept
nft add rule inet f c meta l4proto icmp accept
nft add rule inet f c reject
nft list chain inet f c
