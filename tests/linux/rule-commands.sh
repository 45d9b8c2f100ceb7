#!/bin/bash
# Rules: added, shown, deleted, flushed; selectors and actions.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip rule
ip rule add from 10.0.2.20 lookup 100
ip rule add to 172.16.0.0/12 lookup 101 priority 50
ip rule add iif eth0 lookup 102 pref 60
ip rule add oif eth1 table 103 pref 61
ip rule add fwmark 0x10 lookup 104 pref 62
ip rule add fwmark 0x10/0xf0 lookup 104 pref 63
ip rule add tos 0x10 lookup 105 pref 64
ip rule add from 192.0.2.0/24 blackhole pref 70
ip rule add from 198.51.100.0/24 unreachable pref 71
ip rule add from 203.0.113.0/24 prohibit pref 72
ip rule add goto 70 pref 40
ip rule add nop pref 41
ip rule add not from 10.0.0.0/8 lookup main suppress_prefixlength 0 pref 80
ip rule
ip -j rule
ip rule show table 101
ip rule add from 10.0.2.20 lookup 100
ip rule add to 172.16.0.0/12 lookup 101 priority 50
ip rule del from 10.0.2.20 lookup 100
ip rule del pref 50
ip rule del pref 50
ip rule del from 1.2.3.4
ip rule add frobnicate
ip rule add from 10.0.2.300
ip rule add lookup nonesuch
ip rule flush
ip rule
ip rule del pref 0
ip rule
