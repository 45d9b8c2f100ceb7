#!/bin/bash
# netstat -s: what was counted, in sentences.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
netstat -s
ping -qc1 127.0.0.1 | grep received
ping -qc1 -s 3000 -M dont 127.0.0.1 | grep received
ping -qc1 -W1 10.1.2.3
traceroute -n -q1 127.0.0.1 >/dev/null
sysctl -q net.ipv4.ip_forward=1
netstat -s
netstat -st
netstat -su
netstat -sw
netstat --statistics --tcp --udp
netstat -s -A inet -U
netstat -sr >/dev/null 2>&1
