#!/bin/bash
# While no port forwards, a bridge with STP has no carrier: its routes are dead, and it comes by itself.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
ip netns add h1
ip link add p1 address 02:00:00:00:01:01 type veth peer name eth0 address 02:00:00:00:00:01 netns h1
ip link set p1 master br0 up
ip -n h1 addr add 10.0.0.1/24 dev eth0
ip -n h1 link set eth0 up
ip addr add 10.0.0.254/24 dev br0
ip link set br0 up
until bridge link show dev p1 | grep -q listening; do sleep 0.05; done
ip -br link show br0
ip route
ping -q -c1 -W0.2 10.0.0.1 | grep -E 'transmitted|nreach'
sleep 2.3
bridge link
ip -br link show br0
sleep 3
bridge link
ip -br link show br0
ip route
ping -q -c1 -W1 10.0.0.1 | grep transmitted
# A bridge that is down has its ports disabled.
ip link set br0 down
bridge link
# Without STP the port forwards with the bridge.
ip link set br0 type bridge stp_state 0
ip link set br0 up
sleep 0.2
bridge link
ip -br link show br0
# Without STP the delay may be nothing.
ip link set br0 type bridge forward_delay 0
ip link set p1 down
ip link set p1 up
sleep 0.2
bridge link
brctl showstp br0 | grep -E 'forward delay|state'
