#!/bin/bash
# Of two equal links the root's port with the lower priority is taken, then the one with the lower number.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
done
for n in 1 2; do
    ip link add a$n address 02:00:00:00:0$n:01 type veth peer name b$n address 02:00:00:00:0$n:02
    ip link set a$n master br1 up
    ip link set b$n master br2 up
done
for n in 1 2; do ip link set br$n up; done
sleep 5.5
bridge link
# The priority of the other bridge's port counts, not that of one's own.
bridge link set dev b2 priority 0
sleep 2.5
ip -d link show br2 | grep -o 'root_port [0-9]*'
bridge link set dev a2 priority 16
sleep 2.5
ip -d link show br2 | grep -o 'root_port [0-9]*'
ip -d link show b2 | grep -oE 'port_id.*designated_root [^ ]*'
ip -d link show a2 | grep -oE 'port_id.*designated_root [^ ]*'
brctl setportprio br1 a1 8
sleep 2.5
ip -d link show br2 | grep -o 'root_port [0-9]*'
ip link set a1 type bridge_slave priority 63
sleep 7
ip -d link show br2 | grep -o 'root_port [0-9]*'
bridge link
bridge link set dev a1 priority 64
bridge link set dev a1 priority -1
bridge link set dev a1 priority 65539
bridge link show dev a1
ip link set a1 type bridge_slave priority 64
ip link set a1 type bridge_slave priority 65536
ip link set a1 type bridge_slave priority high
brctl setportprio br1 a1 64
brctl setportprio br1 a1 high
brctl setportprio br1 nowhere 3
brctl setportprio br1 br1 3
bridge link show dev a1
