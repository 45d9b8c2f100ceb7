#!/bin/bash
# brctl stp turns the spanning tree on and off; without it a port forwards at once.
set -v; trap 'echo "exit status $?"' ERR
brctl addbr br0
ip link set br0 address 02:00:00:00:00:99
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
brctl addif br0 veth0
brctl stp br0 on
brctl show
ip -d link show br0 | grep -o 'stp_state [0-9]'
brctl stp br0 off
brctl show br0
ip link set br0 type bridge stp_state 1
brctl show br0
ip link set br0 type bridge stp_state 0
ip link set br0 up
ip link set veth0 up
ip link set veth1 up
bridge link show dev veth0
brctl stp br0 maybe
brctl stp nowhere on
