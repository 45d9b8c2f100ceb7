#!/bin/bash
# Flags: any of them, none of them, these among those; states of connections.
set -v; trap 'echo "exit status $?"' ERR
nft add table ip t
nft add chain ip t c
nft add rule ip t c tcp flags syn drop
nft add rule ip t c tcp flags == syn drop
nft add rule ip t c tcp flags != syn drop
nft add rule ip t c tcp flags syn,ack drop
nft add rule ip t c tcp flags '!' syn drop
nft add rule ip t c tcp flags '&' '(syn|ack)' == syn drop
nft add rule ip t c tcp flags syn / syn,ack drop
nft add rule ip t c tcp flags '&' '(fin|syn)' == 0 drop
nft add rule ip t c ct state related,established accept
nft add rule ip t c ct state new
nft add rule ip t c ct state '!=' new
nft add rule ip t c ct state '{ new, established }' accept
nft add rule ip t c ct state vmap '{ established : accept, invalid : drop }'
nft add rule ip t c ct direction original
nft list chain ip t c
nft -n list chain ip t c
