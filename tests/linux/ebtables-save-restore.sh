#!/bin/bash
# ebtables: tables saved, and loaded again.
set -v; trap 'echo "exit status $?"' ERR
ebtables -N check -P DROP
ebtables -A FORWARD -p ARP -j check
ebtables -A check -p ARP --arp-ip-src 10.0.0.1 -j RETURN
ebtables -P INPUT DROP
ebtables -t nat -A PREROUTING -d 02:00:00:00:00:09 -j dnat --to-destination 02:00:00:00:00:01
ebtables -t nat -A PREROUTING -p IPv4 -j redirect --redirect-target DROP
ebtables -t nat -A PREROUTING -p ARP --arp-op Request -j arpreply --arpreply-mac 02:00:00:00:00:55
ebtables -t nat -A POSTROUTING -s 02:00:00:00:00:01 -j snat --to-source 02:00:00:00:00:07 --snat-arp
ebtables -t nat -A OUTPUT -j mark --mark-or 0x10 --mark-target CONTINUE
ebtables-save | grep -v '^#' >saved
cat saved
ebtables-save -c | grep -v '^#' | head -6
ebtables -F
ebtables -X
ebtables -t nat -F
ebtables-restore <saved
ebtables-save | grep -v '^#' | cksum
cksum <saved
# What the file does not name stays with --noflush.
printf '*filter\n:more RETURN\n-A more -j ACCEPT\n' | ebtables-restore --noflush
ebtables -L | grep chain
printf '*filter\n:INPUT ACCEPT\n-A INPUT -j FOO\n' | ebtables-restore
