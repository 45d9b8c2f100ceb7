#!/bin/bash
# The state of a port can be set by hand while STP is off; then it does what its state lets it.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_snooping 0
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
ip link set p1 up
until ip -br link show p1 | grep -q LOWER_UP; do sleep 0.05; done
# A port of a bridge that is down takes no part.
bridge link
ip link set br0 up
ip link set p2 up
until ip -br link show p2 | grep -q LOWER_UP; do sleep 0.05; done
sleep 0.2
bridge link
ip -n h1 neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0
ip -n h2 neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0
ask() {
    bridge fdb flush dev p1 dynamic master
    ip netns exec h1 ping -q -c1 -W0.5 10.0.0.2 | grep transmitted
    bridge fdb get 02:00:00:00:00:01 br br0
}
for state in disabled listening learning forwarding blocking 0 1 2 3 4; do
    bridge link set dev p1 state $state
    bridge link show dev p1
    ask
done
# With both closed the bridge has no carrier.
bridge link set dev p1 state 1
bridge link set dev p2 state learning
ip -br link show br0
bridge link set dev p1 state 3
ip -br link show br0
ip link set p2 type bridge_slave state 3
bridge link
for state in 5 9 300 foo LEARNING 3x -1; do bridge link set dev p1 state $state; done
for state in 5 300 forwarding; do ip link set p1 type bridge_slave state $state; done
bridge link show dev p1
# Not without a link, and not while STP runs.
ip -n h1 link set eth0 down
until ip -br link show p1 | grep -q NO-CARRIER; do sleep 0.05; done
sleep 0.2
bridge link set dev p1 state 3
bridge link set dev p1 state 0
ip link set p1 down
bridge link set dev p1 state 0
ip link set br0 type bridge stp_state 1
bridge link set dev p2 state 4
bridge link set dev p2 state 3
bridge link
