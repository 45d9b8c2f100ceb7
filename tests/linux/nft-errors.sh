#!/bin/bash
# What nft refuses, and the place that it marks.
set -v; trap 'echo "exit status $?"' ERR
nft list table ip t
nft add table
nft add table ip t
nft add chain ip t c
nft create table ip t
nft add chain ip t bad '{ type route hook input priority 0; }'
nft add chain ip t bad '{ type filter hook foo priority 0; }'
nft add chain ip t bad '{ type filte hook input priority 0; }'
nft add chain ip t bad '{ type filter hook input priority foo; }'
nft add rule ip t c iif nix accept
nft add rule ip t c jump nix
nft add rule ip t c frob
nft add rule ip t c tcp frob 80
nft add rule ip t c tcp dport 99999
nft add rule ip t c tcp dport foo
nft add rule ip t c tcp dport 443-80
nft add rule ip t c ip ttl 300
nft add rule ip t c ct state foo
nft add rule ip t c icmp type foo
nft add rule ip t c ip protocol foo
nft add rule ip t c tcp dport '{ 1-3 : drop }'
nft add rule ip t c position 99 accept
nft add rule ip t c index 9 accept
nft add rule ip t
nft add rule ip t c
nft replace rule ip t c handle 99 accept
nft delete rule ip t c handle 99
nft delete rule ip t c
nft flush chain ip t nix
nft list chain ip t nix
nft list foo
nft
nft -f - <<'END'
table ip x {
  chain a {
    tcp dprt 80
  }
}
add foo
END
nft list ruleset
