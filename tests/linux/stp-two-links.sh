#!/bin/bash
# Two links between two bridges: one port is blocked, so that a broadcast does not circle; when the link in use fails, the other takes over.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
done
for n in 1 2; do
    ip link add a$n address 02:00:00:00:0$n:01 type veth peer name b$n address 02:00:00:00:0$n:02
    ip link set a$n master br1 up
    ip link set b$n master br2 up
    ip netns add h$n
    ip link add p$n address 02:00:00:00:03:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br$n up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
for n in 1 2; do ip link set br$n up; done
# Nothing passes while ports listen and learn.
sleep 1.5
bridge link
ip netns exec h1 ping -q -c1 -W0.5 10.0.0.2 | grep transmitted
sleep 6
bridge link
ip netns exec h1 ping -q -c2 -i0.1 -W1 10.0.0.2 | grep transmitted
# The link in use fails: at its port the bridge takes the other at once, through its states.
ip link set a1 down
sleep 1
bridge link
ip netns exec h1 ping -q -c1 -W0.5 10.0.0.2 | grep transmitted
sleep 6
bridge link
ip netns exec h1 ping -q -c2 -i0.1 -W1 10.0.0.2 | grep transmitted
# It comes back, and the other is blocked again.
ip link set a1 up
sleep 8
bridge link
ip netns exec h1 ping -q -c2 -i0.1 -W1 10.0.0.2 | grep transmitted
