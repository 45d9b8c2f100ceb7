#!/bin/bash
# A bridge has carrier while one of its ports forwards, and is up without ports as no-carrier.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip -br link show br0
ip link set br0 up
ip -br link show br0
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link set veth0 master br0
ip link set veth0 up
bridge link show dev veth0
ip link set veth1 up
until ip -br link show br0 | grep -q UP,LOWER_UP; do sleep 0.05; done
ip -br link show br0
bridge link show dev veth0
ip link set veth1 down
until ip -br link show br0 | grep -q NO-CARRIER; do sleep 0.05; done
ip -br link show br0
bridge link show dev veth0
