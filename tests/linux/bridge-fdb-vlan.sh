#!/bin/bash
# Entries for a VLAN, on a bridge that does not filter VLANs.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link set veth0 master br0
for dev in br0 veth0 veth1; do ip link set $dev up; done
bridge fdb add 02:00:00:00:00:a1 dev veth0 master static vlan 5
bridge fdb add 02:00:00:00:00:a1 dev veth0 master vlan 0
bridge fdb add 02:00:00:00:00:a1 dev veth0 master vlan 4095
bridge fdb add 02:00:00:00:00:a1 dev veth0 self vlan 5
bridge fdb add 02:00:00:00:00:a1 dev br0 self vlan 5
bridge fdb add 02:00:00:00:00:a1 dev veth0 master static
bridge fdb replace 02:00:00:00:00:a1 dev veth0 master static vlan 5
bridge fdb del 02:00:00:00:00:a1 dev veth0 master vlan 5
bridge fdb get 02:00:00:00:00:a1 br br0 vlan 5
bridge fdb show vlan 5
bridge fdb show dev veth0 | grep -Ev '^(33:33|01:00:5e)'
