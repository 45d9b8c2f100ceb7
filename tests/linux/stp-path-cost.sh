#!/bin/bash
# Of two links to the root the cheaper one is taken; what the way costs is the sum of the ports' path costs.
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
# The cost of the port of the bridge that is not the root decides.
bridge link set dev b1 cost 50
sleep 2.5
ip -d link show br2 | grep -o 'root_port [0-9]* root_path_cost [0-9]*'
bridge link show dev b1
brctl setpathcost br2 b2 100
sleep 2.5
ip -d link show br2 | grep -o 'root_port [0-9]* root_path_cost [0-9]*'
bridge link show dev b2
# On the root's own side a cost says nothing.
ip link set a1 type bridge_slave cost 500
sleep 4
ip -d link show br2 | grep -o 'root_port [0-9]* root_path_cost [0-9]*'
bridge link
bridge link set dev b1 cost 0
bridge link set dev b1 cost 65536
bridge link set dev b1 cost -1
ip link set b1 type bridge_slave cost 0
ip link set b1 type bridge_slave cost 65536
ip link set b1 type bridge_slave cost much
brctl setpathcost br2 b1 0
brctl setpathcost br2 b1 65536
brctl setpathcost br2 b1 much
brctl setpathcost br2 nowhere 3
brctl setpathcost br2 br1 3
bridge link show dev b1
