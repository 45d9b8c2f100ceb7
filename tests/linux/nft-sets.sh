#!/bin/bash
# Sets and maps of verdicts with names.
set -v; trap 'echo "exit status $?"' ERR
nft add table inet f
nft add chain inet f c
nft add set inet f ports '{ type inet_service; size 3; comment "of services"; }'
nft add set inet f nets '{ type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 1.2.3.4 }; }'
nft add map inet f m '{ type inet_service : verdict; elements = { 80 : accept }; }'
nft add element inet f ports '{ 22, 1 }'
nft add element inet f ports '{ 22 }'
nft create element inet f ports '{ 22 }'
nft add element inet f m '{ 22 : drop }'
nft delete element inet f ports '{ 1 }'
nft add rule inet f c ip saddr @nets tcp dport @ports accept
nft add rule inet f c tcp dport vmap @m
nft list ruleset
nft list sets
nft list maps
nft list set inet f nets
nft list map inet f nets
nft delete set inet f nets
nft flush set inet f nets
nft flush chain inet f c
nft delete set inet f nets
nft -a list table inet f
