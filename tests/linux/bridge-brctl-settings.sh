#!/bin/bash
# brctl sets a bridge's times and priorities, and shows them.
set -v; trap 'echo "exit status $?"' ERR
brctl addbr br0
ip link set br0 address 02:00:00:00:00:99
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
brctl addif br0 veth0
brctl setageing br0 120
brctl setbridgeprio br0 100
brctl setfd br0 5
brctl sethello br0 1
brctl setmaxage br0 8
brctl setpathcost br0 veth0 42
brctl setportprio br0 veth0 7
brctl showstp br0
ip -d link show br0 | grep -o 'forward_delay [0-9]* hello_time [0-9]* max_age [0-9]* ageing_time [0-9]* stp_state [0-9]* priority [0-9]*'
bridge link show dev veth0
brctl hairpin br0 veth0 on
bridge -d link show dev veth0 | grep -o 'hairpin o[nf]*'
brctl setageing nowhere 1
brctl setageing br0 x
brctl hairpin br0 veth1 on
brctl setfd br0 | cut -d" " -f1-3
