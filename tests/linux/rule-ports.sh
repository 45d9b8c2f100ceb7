#!/bin/bash
# Rules by protocol and ports: added, shown, found again, deleted, and refused.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip rule add ipproto tcp dport 80 table 100
ip rule add ipproto udp sport 1000-2000 dport 53 table 101 pref 50
ip rule add ipproto 89 table 5 pref 51
ip rule add dport 22 table 5 pref 52
ip rule add not ipproto ESP table 5 pref 53
ip rule add not ipproto IPSEC-ESP table 5 pref 53
ip rule add ipproto 200 sport 80-80 blackhole pref 55
ip rule add ipproto 0 table 5 pref 58
ip rule
ip -d rule
ip -N rule
ip -j rule
# Ranges that are none.
ip rule add ipproto tcp sport 5-3 table 5 pref 53
ip rule add sport 0 table 5 pref 54
ip rule add dport 1-65535 table 5 pref 56
ip rule add sport x table 5 pref 54
ip rule add ipproto foo table 5 pref 54
ip rule add ipproto 256 table 5 pref 58
ip rule add ipproto
# Ports that are too long lose their upper bits.
ip rule add sport 70000 table 5 pref 54
ip rule add sport 1- table 5 pref 54
ip rule show pref 54
# Two rules are the same with the same ports.
ip rule add pref 52 dport 22 table 5
ip rule add pref 52 dport 22-23 table 5
ip rule show ipproto tcp
ip rule show dport 80
ip rule show dport 22
ip rule show sport 1000-2000
ip rule show sport 1000
ip rule show table 5 dport 22-23
ip rule show sport x
ip rule show ipproto foo
ip rule del dport 22
ip rule del dport 22
ip rule del ipproto udp
ip rule del ipproto tcp dport 81
ip rule del ipproto tcp dport 80
ip rule
ip rule flush table 5
ip rule
