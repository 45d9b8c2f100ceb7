#!/bin/bash
# Frames to reserved groups: ...:00 is forwarded, ...:0e only where group_fwd_mask says so, a pause never.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_snooping 0
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
rx() { ip -n h2 -j -s link show eth0 | grep -o '"rx":{"bytes":[0-9]*,"packets":[0-9]*'; }
to() { ip -n h1 neigh replace 10.0.0.9 lladdr $1 dev eth0 nud permanent; ip netns exec h1 ping -q -c1 -W0.1 10.0.0.9 >/dev/null; rx; }
rx
to 01:80:c2:00:00:00
to 01:80:c2:00:00:01
to 01:80:c2:00:00:0e
to 01:80:c2:00:00:10
ip link set br0 type bridge group_fwd_mask 0x4000
to 01:80:c2:00:00:0e
to 01:80:c2:00:00:0d
