#!/bin/bash
# Rules by user, by VRF, and by the group of the device that a route leaves by.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
for dev in eth0 far0; do ip link set $dev up; done
ip addr add 10.0.0.1/24 dev eth0
ip route add default via 10.0.0.254
ip route add default via 10.0.0.53 table 53
ip rule add uidrange 100-200 table 53 pref 90
via() { ip route get "$@" | head -1; }
via 9.9.9.9 uid 150
via 9.9.9.9 uid 50
via 9.9.9.9 uid 200
via 9.9.9.9
ip rule add uidrange 0-0 to 8.0.0.0/8 table 53
via 8.8.8.8
via 8.8.8.8 uid 1
ip route get 8.8.8.8 uid x
ip rule add uidrange 5 table 5 pref 63
ip rule add uidrange 10-5 table 5 pref 63
ip rule add uidrange 5-x table 5 pref 63
ip rule show uidrange 100-200
ip rule show uidrange 100-201
ip -j rule show uidrange 100-200
ip rule del uidrange 1-2
ip rule del uidrange 100-200
# As the kernel has it with the first VRF.
ip rule add l3mdev pref 1000
ip rule add l3mdev prohibit pref 1001
ip rule add l3mdev table 5 pref 1002
ip rule
ip -j rule
ip rule show l3mdev
ip rule show table main
via 9.9.9.9
ip rule del l3mdev
ip rule del l3mdev
ip rule del l3mdev
# Routes by devices of a group are passed over.
ip rule add table 53 suppress_ifgroup 7 pref 80
ip rule add table 53 suppress_ifgroup default pref 81
ip rule add table 53 suppress_ifgroup xx pref 82
ip rule add to 1.1.1.1 table 53 suppress_ifgroup 7 suppress_prefixlength 3 pref 83
ip rule
ip -j rule
via 9.9.9.9
ip link set eth0 group 7
via 9.9.9.9
ip rule del suppress_ifgroup default
via 9.9.9.9
ip rule del suppress_ifgroup 7
ip rule
