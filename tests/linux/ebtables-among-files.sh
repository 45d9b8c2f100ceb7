#!/bin/bash
# ebtables: lists of addresses from files, as firewalls of clouds write them, and what a file must be.
set -v; trap 'echo "exit status $?"' ERR
echo '02:00:00:00:00:01,02:00:00:00:00:03=10.0.0.7' >pairs
echo '02:00:00:00:00:02,02:00:00:00:00:01' >addresses
ebtables -A FORWARD --among-src-file pairs -j DROP
ebtables -A FORWARD --among-dst-file ! pairs -j DROP
ebtables -A FORWARD ! --among-src-file addresses -j DROP
ebtables -A FORWARD --among-src 02:00:00:00:00:01 --among-dst 02:00:00:00:00:02 -j DROP
ebtables -A FORWARD --among-src 02:00:00:00:00:01 --among-src 02:00:00:00:00:02 -j DROP
ebtables -A FORWARD -p IPv4 --among-src 02:00:00:00:00:01=10.0.0.1 -j DROP
ebtables -L FORWARD
printf '02:00:00:00:00:01' >open
printf '02:00:00:00:00:01\n02:00:00:00:00:02\n' >lines
: >nothing
ebtables -A FORWARD --among-src-file nosuch -j DROP
ebtables -A FORWARD --among-src-file open -j DROP
ebtables -A FORWARD --among-src-file lines -j DROP
ebtables -A FORWARD --among-src-file nothing -j DROP
ebtables -A FORWARD --among-src "" -j DROP
ebtables -A FORWARD --among-src 02:00:00:00:00:zz -j DROP
ebtables -A FORWARD --among-src 02:00:00:00:00:01=1.2.3 -j DROP
