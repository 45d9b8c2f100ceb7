#!/bin/bash
# Three bridges in a triangle: one port of the six is blocked, and every host reaches every other.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2 3; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
done
for n in 1 2 3; do
    next=$((n % 3 + 1))
    ip link add to$next-$n address 02:00:00:00:0$n:01 type veth peer name to$n-$next address 02:00:00:00:0$n:02
    ip link set to$next-$n master br$n up
    ip link set to$n-$next master br$next up
    ip netns add h$n
    ip link add p$n address 02:00:00:00:09:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br$n up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
for n in 1 2 3; do ip link set br$n up; done
sleep 8
bridge link
for n in 1 2 3; do ip -d link show br$n | grep -o 'root_port [0-9]* root_path_cost [0-9]*'; done
for one in 1 2 3; do
    for other in 1 2 3; do ip netns exec h$one ping -q -c1 -W1 10.0.0.$other | grep transmitted; done
done
# Without the link from 1 to 2 the way goes round.
ip link set to2-1 down
sleep 12
bridge link
for one in 1 2 3; do
    for other in 1 2 3; do ip netns exec h$one ping -q -c1 -W1 10.0.0.$other | grep transmitted; done
done
