#!/bin/bash
# Tables and chains of nft: families, types, hooks, priorities by name and number, policies, comments.
set -v; trap 'echo "exit status $?"' ERR
nft add table ip t
nft add table inet f '{ comment "of both"; }'
nft create table ip t
nft add chain ip t in '{ type filter hook input priority 0; policy drop; }'
nft add chain ip t in2 '{ type filter hook input priority filter + 5; comment "x y"; }'
nft add chain ip t own
nft create chain ip t own
nft add chain ip t out '{ type route hook output priority mangle - 1; }'
nft add chain ip t post '{ type nat hook postrouting priority srcnat; }'
nft add chain inet f far '{ type filter hook input priority 11; }'
nft add chain inet f early '{ type filter hook prerouting priority -101; }'
nft list tables
nft list tables ip
nft list chains
nft -a list chains inet
nft -n list ruleset
nft add chain ip t in '{ policy accept; }'
nft list chain ip t in
nft rename chain ip t own mine
nft delete chain ip t in2
nft list table ip t
nft delete table ip t
nft -a list ruleset
nft flush ruleset
nft list ruleset
