#!/bin/bash
# ebtables: options of the legacy program that this one has or has not, and what is said twice.
set -v; trap 'echo "exit status $?"' ERR
ebtables -A FORWARD -s 2:0:0:0:0:1 -j ACCEPT
ebtables -A FORWARD -s 2:0:0:0:0:2 -j ACCEPT
# Counters cannot be set by -C, for no rule is found.
ebtables -C FORWARD 1 5 6
ebtables -C FORWARD 5 6
ebtables -C FORWARD 1:2 +5 -1
ebtables --change-counters FORWARD 1 5 6
ebtables -C FORWARD 0 5 6
ebtables -C FORWARD foo 5 6
ebtables -C FORWARD 1 foo 6
ebtables -C FORWARD 5
ebtables -C FORWARD
ebtables -C
ebtables -C FORWARD 1 5 6 -s 2:0:0:0:0:1 -j ACCEPT
ebtables -C FORWARD -s 2:0:0:0:0:1 -j ACCEPT
# Whether a rule is there is asked by the whole word.
ebtables --check FORWARD -s 2:0:0:0:0:2 -j ACCEPT
ebtables --check FORWARD -s 2:0:0:0:0:9 -j ACCEPT
ebtables --check nosuch -s 2:0:0:0:0:9 -j ACCEPT
ebtables --check FORWARD 1
# There are no files to work on.
ebtables --atomic-file table -A FORWARD -j DROP
ebtables --atomic-init
ebtables --atomic-save table
ebtables --atomic-commit
EBTABLES_ATOMIC_FILE=table ebtables -L FORWARD
ebtables -t broute -L
ebtables -A FORWARD -p ip --string-algo bm --string foo -j DROP
# Listings.
ebtables -L FORWARD --Lx
ebtables -L FORWARD --Lmac2
ebtables -L FORWARD --Lmac2 --Ln
ebtables -L FORWARD --Ln --Lc
ebtables -L --Lx --Ln
ebtables -L --Lx FORWARD
ebtables -L --Lc --Lc
ebtables --Lx
ebtables -F --Lc
ebtables -A FORWARD --Ln -j DROP
ebtables --concurrent -L FORWARD
# Words that are none, missing, or too many.
ebtables --foo bar
ebtables --foo
ebtables -Q foo
ebtables -S
ebtables --replace FORWARD 1 -j DROP
ebtables -A
ebtables -A FORWARD -s
ebtables -A FORWARD --ip-src
ebtables -A FORWARD -L
ebtables -E FORWARD
ebtables -P FORWARD
ebtables -A FORWARD -s 2:0:0:0:0:2 -s 2:0:0:0:0:3 -j DROP
ebtables -A FORWARD -j DROP -j ACCEPT
ebtables -A FORWARD -p ARP --arp-op 1 --arp-op 2 -j DROP
ebtables -A FORWARD -j mark --mark-set 1 --mark-or 2
ebtables -A FORWARD -p IPv4 --ip-src 10.0.0.1 --ip-src 10.0.0.2 -j DROP
ebtables -A FORWARD --mark 1 --mark 2 -j DROP
ebtables -A FORWARD --log-prefix x --log-prefix y
ebtables -A FORWARD -c 5 6 -j DROP
ebtables -L FORWARD --Lc
