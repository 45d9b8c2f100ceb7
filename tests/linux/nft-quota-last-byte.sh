#!/bin/bash
# Who takes the last byte of a quota that stands in a rule is still within.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
nft add table ip t
nft add chain ip t out '{ type filter hook output priority 0; }'
nft add rule ip t out ip daddr 127.0.0.9 quota 168 bytes counter
nft add rule ip t out ip daddr 127.0.0.9 quota over 168 bytes counter
for n in 1 2 3; do ping -c1 -W1 127.0.0.9 | grep -o '. received'; done
nft list chain ip t out
