#!/bin/bash
# A rule passes over routes of its table with short prefixes: the default route, as VPNs use it.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.8.0.1/24 dev eth1
ip route add default via 10.0.0.254
ip route add 172.16.0.0/12 via 10.0.0.253
ip route add default dev eth1 table 51820
ip rule add not fwmark 51820 table 51820 pref 32001
ip rule add table main suppress_prefixlength 0 pref 32000
ip rule
via() { ip route get "$@" | head -1; }
via 10.0.0.7
via 172.16.1.1
via 8.8.8.8
via 8.8.8.8 mark 51820
ip rule del pref 32000
ip rule add table main sup_pl 12 pref 32000
via 172.16.1.1
via 10.0.0.7
ip rule add table main suppress_prefixlength x
ip -j rule show
ip rule del table main suppress_prefixlength 12
ip rule
