#!/bin/bash
# nft compares fields of Ethernet together with the type that a later statement needs, and so puts them there.
set -v; trap 'echo "exit status $?"' ERR
nft add table bridge t; nft add chain bridge t c
nft add table inet t; nft add chain inet t c
nft add table netdev t; nft add chain netdev t c
M="ether saddr 02:00:00:00:00:02"
for f in bridge inet netdev; do
r() { nft add rule $f t c "$@"; }
r $M counter ip saddr 10.0.0.1
r $M ip saddr 10.0.0.1
r $M meta mark 3 ip saddr 10.0.0.1
r $M counter ip6 saddr { fe80::1, fe80::2 } drop
r $M counter meta mark set ip saddr map { 10.0.0.1 : 1 }
r $M counter icmp type echo-request
r $M counter tcp dport 80
r $M counter tcp dport 80 ip saddr 10.0.0.1
r ether saddr != 02:00:00:00:00:02 counter ip saddr 10.0.0.1
r ether daddr 02:00:00:00:00:02 counter ip saddr 10.0.0.1
r ether saddr 02:00:00:00:00:02 ether daddr 02:00:00:00:00:01 counter ip saddr 10.0.0.1
r meta nfproto ipv4 $M counter ip saddr 10.0.0.1
r counter $M meta mark 5 counter ip ttl 5
done
nft list ruleset
