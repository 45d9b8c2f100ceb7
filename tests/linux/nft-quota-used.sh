#!/bin/bash
# What a rule took of its quota is listed, no more than all of it, and loaded again.
ip link set lo up
nft add table ip t
nft add chain ip t c '{ type filter hook input priority 0; }'
nft add rule ip t c quota over 100 bytes counter
nft add rule ip t c quota 200 bytes used 50 bytes counter
nft add rule ip t c quota 100 bytes counter
nft add rule ip t c quota over 1 mbytes used 1000 bytes counter
nft list chain ip t c
ping -c 1 127.0.0.1 >/dev/null
nft list chain ip t c
nft -j list chain ip t c | grep -o '"quota": [^}]*}'
nft -s list chain ip t c
nft list ruleset > saved
nft flush ruleset
nft -f saved
ping -c 1 127.0.0.1 >/dev/null
nft list chain ip t c
