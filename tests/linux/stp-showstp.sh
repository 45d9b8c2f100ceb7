#!/bin/bash
# brctl showstp and ip -d link tell all that the spanning tree has come to.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
done
for n in 1 2; do
    ip link add a$n address 02:00:00:00:0$n:01 type veth peer name b$n address 02:00:00:00:0$n:02
    ip link set a$n master br1 up
    ip link set b$n master br2 up
done
ip link add vp address 02:00:00:00:00:01 type veth peer name ve address 02:00:00:00:00:02
ip link set vp master br2
brctl showstp br2
for n in 1 2; do ip link set br$n up; done
sleep 16
brctl showstp br1
brctl showstp br2
ip -d link show br1 | sed 's/ mcast_.*//; s/ vlan_[a-z_]* [^ ]*//g'
ip -d link show br2 | sed 's/ mcast_.*//; s/ vlan_[a-z_]* [^ ]*//g'
for dev in a1 a2 b1 b2 vp; do ip -d link show $dev | grep -o 'state.*config_pending [0-9]'; done
ip -d -j link show br2 | grep -oE '"(bridge_id|root_id|root_port|root_path_cost|topology_change[a-z_]*)":[^,]*'
ip -d -j link show b2 | grep -oE '"(state|priority|cost|id|no|designated_[a-z]*|bridge_id|root_id|topology_change_ack|config_pending)":[^,]*'
bridge -d link show dev b2
brctl show
brctl showstp b2
brctl showstp nowhere
