#!/bin/bash
# The rule for the local table can be moved: what stands before it decides first, of one's own
# addresses too.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
for dev in eth0 far0; do ip link set $dev up; done
ip addr add 10.0.0.1/24 dev eth0
ip route add default via 10.0.0.254
ip route add default via 10.0.0.53 table 53
ip rule add pref 100 lookup local
ip rule del pref 0
ip rule
ip route get 10.0.0.1
ip route get 10.0.0.255
ip rule add to 10.0.0.1 lookup 53 pref 5
ip route get 10.0.0.1
ping -c1 -W1 -q 10.0.0.1
ip rule del pref 5
ping -c1 -W1 -q 10.0.0.1 | head -4
ip rule del pref 100
ip route get 10.0.0.1
ip rule add pref 0 lookup local
ip route get 10.0.0.1
ip rule
