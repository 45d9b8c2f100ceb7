#!/bin/bash
# A root that falls silent behind a hub is forgotten after max_age, and the next best bridge takes over.
set -v; trap 'echo "exit status $?"' ERR
# The hub is a bridge without STP: it passes BPDUs on.
ip link add hub address 02:00:00:00:00:c1 type bridge mcast_snooping 0
ip link set hub up
for n in 1 2 3; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
    ip link add a$n address 02:00:00:00:0$n:01 type veth peer name h$n address 02:00:00:00:0$n:02
    ip link set a$n master br$n up
    ip link set h$n master hub up
    ip link set br$n up
done
tree() { for n in 1 2 3; do ip -d link show br$n | grep -o 'designated_root [^ ]* root_port [0-9]* root_path_cost [0-9]*'; done; }
sleep 5.5
tree
ip link set h1 down
sleep 2.5
tree
sleep 6
tree
# It comes back, and is the root again.
ip link set h1 up
sleep 3.5
tree
for n in 1 2 3; do ip -d link show a$n | grep -oE 'designated_port.*designated_root [^ ]*'; done
