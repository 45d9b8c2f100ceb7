#!/bin/bash
# With an ageing time of zero a bridge learns nothing, and floods.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_default_pvid 0 mcast_snooping 0 ageing_time 0
ip link set br0 up
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n link set eth0 multicast off
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
ip -d link show br0 | grep -o 'ageing_time [0-9]*'
ip netns exec h1 ping -q -c2 -i0.01 -W1 10.0.0.2 | grep transmitted
ip -n h3 -j -s link show eth0 | grep -o '"rx":{"bytes":[0-9]*,"packets":[0-9]*'
bridge fdb show br br0 | grep -Ev '^(33:33|01:00:5e)'
ip link set br0 type bridge ageing_time 30000
ip netns exec h1 ping -q -c2 -i0.01 -W1 10.0.0.2 | grep transmitted
ip -n h3 -j -s link show eth0 | grep -o '"rx":{"bytes":[0-9]*,"packets":[0-9]*'
bridge fdb show br br0 | grep -Ev '^(33:33|01:00:5e)'
ip link set br0 type bridge ageing_time 0
sleep 0.5
bridge fdb show br br0 | grep -Ev '^(33:33|01:00:5e)'
