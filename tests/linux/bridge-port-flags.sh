#!/bin/bash
# The flags of a bridge port, set by ip and by bridge, shown in text and JSON.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
bridge link set dev veth0 learning off
ip link set veth0 master br0
bridge -d link show dev veth0
bridge link set dev veth0 learning off flood off mcast_flood off bcast_flood off hairpin on isolated on
bridge -d link show dev veth0
ip link set veth0 type bridge_slave learning on flood on mcast_flood on bcast_flood on hairpin off isolated off
bridge -d link show dev veth0
bridge link set dev veth0 cost 7 priority 9
bridge link show dev veth0
bridge -j link show dev veth0
bridge link set dev veth0 learning maybe
bridge link set dev veth0 frobnicate on 2>&1 | grep -o ^Usage
bridge link set dev nowhere learning on
bridge link set learning on
bridge link show dev nowhere
bridge frobnicate
