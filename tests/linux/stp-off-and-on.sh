#!/bin/bash
# STP turned off and on while ports forward: they keep their state; a blocked one stays so until what it heard is too old.
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
tree() { ip -d link show $1 | grep -o 'stp_state [0-9]\|designated_root [^ ]* root_port [0-9]* root_path_cost [0-9]*'; }
ip link set br2 type bridge stp_state 0
bridge link
tree br2
# br2 passes the BPDUs of br1 on now: br1 hears itself, and blocks a port.
sleep 9.5
bridge link
tree br2
tree br1
ip link set br2 type bridge stp_state 1
bridge link
sleep 12
bridge link
tree br2
# Down and up: the ports begin anew.
ip link set br2 down
bridge link
ip link set br2 up
sleep 1.7
bridge link
