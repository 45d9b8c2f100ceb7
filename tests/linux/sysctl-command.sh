#!/bin/bash
# sysctl reads and writes the settings of net.ipv4: forms, patterns, unknown keys, bad values.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
sysctl net.ipv4.ip_forward
sysctl -n net.ipv4.ip_forward
sysctl -w net.ipv4.ip_forward=1
sysctl net/ipv4/ip_forward
sysctl net.ipv4.conf.veth0.forwarding net.ipv4.conf.default.forwarding
sysctl -w net.ipv4.conf.all.forwarding=0
sysctl net.ipv4.ip_forward
sysctl -q -w net.ipv4.ip_forward=1
sysctl -b net.ipv4.ip_forward
echo
sysctl net.ipv4.ip_forward=x
sysctl net.ipv4.nonesuch
sysctl -w net.ipv4.nonesuch=1
sysctl -e net.ipv4.nonesuch
sysctl net.ipv4.conf.nowhere.forwarding
sysctl -a -r 'net.ipv4.conf.veth0.(arp|rp|accept|proxy|send|forw)'
sysctl -w net.ipv4.conf.default.rp_filter=1
ip link add veth2 type veth peer name veth3
sysctl net.ipv4.conf.veth2.rp_filter net.ipv4.conf.veth0.rp_filter
sysctl net.ipv4.icmp_echo_ignore_all net.ipv4.icmp_echo_ignore_broadcasts net.ipv4.ip_default_ttl
sysctl -N -a -r net.ipv4.neigh.veth0
sysctl net.ipv4.neigh.veth0.gc_stale_time net.ipv4.neigh.veth0.ucast_solicit net.ipv4.neigh.veth0.base_reachable_time_ms
printf 'net.ipv4.ip_forward = 0\n# comment\nnet.ipv4.conf.all.rp_filter=2\n' >conf
sysctl -p conf
