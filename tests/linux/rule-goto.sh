#!/bin/bash
# Jumps among rules: forward alone, to a rule that need not be there yet.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
for dev in eth0 far0; do ip link set $dev up; done
ip addr add 10.0.0.1/24 dev eth0
ip route add default via 10.0.0.254
ip route add default via 10.0.0.53 table 53
ip rule add pref 50 goto 100
ip rule add pref 60 lookup 53
via() { ip route get "$@" | head -1; }
via 9.9.9.9
ip rule
ip rule add pref 100 nop
ip rule
via 9.9.9.9
ip rule add pref 100 lookup 53
via 9.9.9.9
ip rule del pref 100
via 9.9.9.9
ip rule del pref 100
via 9.9.9.9
ip rule add pref 5 goto 4
ip rule add pref 7 goto 7
ip rule add goto 0
ip rule add pref 50 goto 32766
ip rule add not pref 50 goto 100
ip rule add pref 50 goto 100 proto static
ip rule add pref 51 from 1.1.1.1 goto 32767
ip -j rule
ip rule del goto 7
ip rule del proto static
ip rule del proto static
ip rule
