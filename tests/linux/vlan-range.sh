#!/bin/bash
# VLANs are added, shown and deleted in ranges.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link set veth0 master br0
bridge vlan add dev veth0 vid 10-14
bridge vlan add dev veth0 vid 20-22 untagged
bridge vlan add dev br0 vid 12-13 self
bridge vlan
bridge -compressvlans vlan
bridge -compressvlans -j vlan
bridge -compressvlans -j -d vlan show dev veth0
bridge vlan del dev veth0 vid 12-21
bridge -compressvlans vlan
bridge vlan add dev veth0 vid 2-4094
bridge -compressvlans vlan show dev veth0
bridge -compressvlans vlan show vid 77
bridge vlan show vid 77
bridge vlan show vid 4095
bridge -j -p vlan show dev veth0 vid 22
bridge -o vlan show vid 12
bridge vlan del dev veth0 vid 1-4094
bridge vlan
