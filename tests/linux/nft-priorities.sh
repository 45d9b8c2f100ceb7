#!/bin/bash
# Priorities by name, with more or less, and as numbers
for family in ip inet bridge arp; do
	nft add table $family t
	for p in "filter" "filter + 5" "filter - 10" "-300" "11"; do
		nft "add chain $family t c { type filter hook input priority $p; }"
		nft list chains $family
		nft -y list chains $family | grep priority
		nft delete chain $family t c
	done
done
nft "add chain ip t d { type nat hook prerouting priority dstnat - 5; policy accept; comment \"mine\"; }"
nft "add chain ip t m { type route hook output priority mangle; }"
nft list table ip t
nft "add chain ip t x { type nat hook forward priority 0; }"
nft "add chain ip t x { type filter hook input priority srcnat; }"
nft -n list table ip t
