#!/bin/bash
# A BPDU that comes to a port with guard disables it, until its link comes up anew.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
done
for n in 1 2; do
    ip link add a$n address 02:00:00:00:0$n:01 type veth peer name b$n address 02:00:00:00:0$n:02
    ip link set a$n master br1 up
    ip link set b$n master br2 up
done
bridge link set dev b1 guard on
bridge -d link show dev b1 | grep -o 'guard [a-z]*'
for n in 1 2; do ip link set br$n up; done
sleep 6
bridge link
ip -d link show br2 | grep -o 'root_port [0-9]*'
# Without the guard it stays disabled.
bridge link set dev b1 guard off
sleep 1.5
bridge link show dev b1
ip link set b1 down
ip link set b1 up
sleep 6
bridge link
bridge link set dev b1 guard maybe
ip link set b1 type bridge_slave guard maybe
ip link set b1 type bridge_slave guard on
sleep 1.7
bridge link
