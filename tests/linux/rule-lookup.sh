#!/bin/bash
# Rules decide which table is looked up: from, to, iif, fwmark, throw, suppress, blackhole.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip route add default via 10.139.128.1
ip route add default via 10.0.2.1 table 100
ip route add 172.16.0.0/16 via 10.0.2.2 table 101
ip route add throw 172.16.5.0/24 table 101
ip rule add from 10.0.2.20 lookup 100 pref 100
ip rule add to 172.16.0.0/16 lookup 101 pref 101
ip rule add fwmark 7 lookup 100 pref 102
ip rule add from 192.0.2.0/24 prohibit pref 103
via() { ip route get "$@" | head -1; }
via 8.8.8.8
via 8.8.8.8 from 10.0.2.20
via 172.16.1.1
via 172.16.5.1
via 8.8.8.8 mark 7
via 8.8.8.8 mark 8
ip addr add 192.0.2.1/32 dev lo
via 8.8.8.8 from 192.0.2.1
ping -c1 -W0.1 -I 192.0.2.1 8.8.8.8
ip rule add to 9.9.9.9 unreachable pref 90
ip rule add to 9.9.9.8 blackhole pref 91
via 9.9.9.9
via 9.9.9.8
ping -c1 -W0.1 -m 7 9.9.9.9
