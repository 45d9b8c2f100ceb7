#!/bin/bash
# The bridge with the lowest priority becomes the root of the spanning tree, among equals the one with the lowest address.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2 3; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
done
# A line: br1 - br2 - br3.
for n in 1 2; do
    ip link add right$n address 02:00:00:00:0$n:01 type veth peer name left$((n + 1)) address 02:00:00:00:0$n:02
    ip link set right$n master br$n up
    ip link set left$((n + 1)) master br$((n + 1)) up
done
for n in 1 2 3; do ip link set br$n up; done
tree() { ip -d link show $1 | grep -o 'bridge_id [^ ]* designated_root [^ ]* root_port [0-9]* root_path_cost [0-9]*'; }
sleep 2.5
for n in 1 2 3; do tree br$n; done
# A lower priority wins over a lower address.
ip link set br3 type bridge priority 4096
sleep 2.5
for n in 1 2 3; do tree br$n; done
# As does a lower address, when the bridge gets one.
ip link set br3 type bridge priority 32768
ip link set br2 address 02:00:00:00:00:0a
sleep 2.5
for n in 1 2 3; do tree br$n; done
bridge link
