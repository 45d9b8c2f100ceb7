#!/bin/bash
# An address that is a group is joined with autojoin, and left when it goes; one socket joins them
# all, so that there are only so many.
set -v; trap 'echo "exit status $?"' ERR
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1
ip link set v0 up
ip addr add 10.0.0.1/24 dev v0
ip addr add 239.1.1.1/32 dev v0 autojoin
ip addr add 239.1.1.1/32 dev v0 autojoin
ip addr add 239.1.1.2/32 dev v0
ip addr show dev v0
ip -4 maddr show dev v0
ip route show table local | grep 239
netstat -gn | grep v0 | grep -v ff0
ip addr del 239.1.1.2/32 dev v0
ip addr del 239.1.1.1/32 dev v0
ip -4 maddr show dev v0
sysctl net.ipv4.igmp_max_memberships=3
for i in 1 2 3 4; do ip addr add 239.2.2.$i/32 dev v0 autojoin; done
ip -4 maddr show dev v0
# Down and up again, they are listened to still.
ip link set v0 down
ip -4 maddr show dev v0
ip link set v0 up
ip -4 maddr show dev v0
ip -0 maddr show dev v0 | grep -v 33:33
ip addr flush dev v0
ip -4 maddr show dev v0
