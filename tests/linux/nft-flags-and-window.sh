#!/bin/bash
# nft compares the flags and the window of TCP as one: all flags then, and in front.
set -v; trap 'echo "exit status $?"' ERR
nft add table inet t; nft add chain inet t c
r() { nft add rule inet t c "$@"; }
r tcp window 5000 tcp flags rst
r tcp flags rst tcp window 5000
r tcp flags rst counter tcp window 5000
r tcp flags == rst tcp window 5000
r tcp window 5000 tcp flags == rst
r tcp window == 5000 tcp flags == rst
r tcp window == 5000 tcp flags rst
r tcp window 5000 tcp flags '{ rst, syn }'
r tcp window 5000 tcp flags '& syn == syn'
r tcp window != 5000 tcp flags != rst
nft list ruleset
