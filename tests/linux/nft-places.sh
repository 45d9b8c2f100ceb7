#!/bin/bash
# Where a rule goes: behind all, before all, beside another by its handle or its number.
set -v; trap 'echo "exit status $?"' ERR
nft add table ip t
nft add chain ip t c
nft add rule ip t c tcp dport 1
nft add rule ip t c tcp dport 2
nft insert rule ip t c tcp dport 3
nft add rule ip t c position 2 tcp dport 4
nft insert rule ip t c position 2 tcp dport 5
nft add rule ip t c index 0 tcp dport 6
nft insert rule ip t c index 0 tcp dport 7
nft -a list chain ip t c
nft replace rule ip t c handle 3 tcp dport 8 drop
nft delete rule ip t c handle 2
nft -a list chain ip t c
nft flush chain ip t c
nft -a list chain ip t c
