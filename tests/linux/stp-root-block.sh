#!/bin/bash
# A port with root_block never becomes the root port: the bridge behind it is not taken for the root by that way.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
done
for n in 1 2; do
    ip link add a$n address 02:00:00:00:0$n:01 type veth peer name b$n address 02:00:00:00:0$n:02
    ip link set a$n master br1 up
    ip link set b$n master br2 up
done
bridge link set dev b1 root_block on
bridge -d link show dev b1 | grep -o 'root_block [a-z]*'
for n in 1 2; do ip link set br$n up; done
sleep 6.5
ip -d link show br2 | grep -o 'designated_root [^ ]* root_port [0-9]*'
bridge link
# Both: no way to the root is left, and each bridge is its own.
bridge link set dev b2 root_block on
sleep 2
ip -d link show br2 | grep -o 'designated_root [^ ]* root_port [0-9]*'
bridge link set dev b1 root_block off
bridge link set dev b2 root_block off
sleep 8
ip -d link show br2 | grep -o 'designated_root [^ ]* root_port [0-9]*'
bridge link
