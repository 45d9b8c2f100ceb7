#!/bin/bash
# ebtables: chains of one's own, with policies of their own.
set -v; trap 'echo "exit status $?"' ERR
ebtables -N one
ebtables -N two -P DROP
ebtables -N three
ebtables -P three RETURN
ebtables -N one
ebtables -A FORWARD -p IPv4 -j one
ebtables -A one -j two
ebtables -A two -p ARP -j RETURN
ebtables -L
ebtables-save | grep -v '^#'
ebtables -X one
ebtables -E two four
ebtables -E nosuch five
ebtables -P INPUT RETURN
ebtables -P INPUT FOO
ebtables -P nosuch DROP
ebtables -F
ebtables -X one
ebtables -X
ebtables -L
