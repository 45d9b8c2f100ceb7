#!/bin/bash
# ebtables: rules put in, inserted, deleted by number and by words, and listed.
set -v; trap 'echo "exit status $?"' ERR
ebtables -A FORWARD -i eth0 -s 02:00:00:00:00:01 -o eth1 -d 02:00:00:00:00:02 -p ARP -j DROP
ebtables -A INPUT -s 02:00:00:00:00:01 -j ACCEPT
ebtables -A INPUT -s 02:00:00:00:00:02 -j ACCEPT
ebtables -A INPUT -s 02:00:00:00:00:03 -j ACCEPT
ebtables -A INPUT -s 02:00:00:00:00:04 -j ACCEPT
ebtables -A INPUT -s 02:00:00:00:00:05 -j ACCEPT
ebtables -A INPUT -s 02:00:00:00:00:06 -j ACCEPT
ebtables -A INPUT -s 02:00:00:00:00:07 -j ACCEPT
ebtables -A INPUT -s 02:00:00:00:00:08 -j ACCEPT
ebtables -A INPUT -s 02:00:00:00:00:09 -j ACCEPT
ebtables -L INPUT --Ln
ebtables -L FORWARD --Lc
ebtables -D INPUT 3
ebtables -D INPUT 1:3
ebtables -D INPUT -s 02:00:00:00:00:09 -j ACCEPT
ebtables -D INPUT -s 02:00:00:00:00:09 -j ACCEPT
ebtables -D INPUT 99
ebtables -I INPUT -s 02:00:00:00:00:aa -j DROP
ebtables -I INPUT 2 -s 02:00:00:00:00:ab -j DROP
ebtables -I INPUT 99 -s 02:00:00:00:00:ab -j DROP
ebtables -P FORWARD DROP
ebtables -L
ebtables -F INPUT
ebtables -t nat -L
ebtables -L INPUT
ebtables --init-table
ebtables -L
ebtables -V
