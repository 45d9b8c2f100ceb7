#!/bin/bash
# What a bridge has for each VLAN that it or a port is in.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1
ip link add veth0 type veth peer name veth1
ip link set veth0 master br0
bridge vlan add dev veth0 vid 10-12
bridge vlan global
bridge vlan global show dev br0 vid 11
bridge vlan global set dev br0 vid 11 mcast_querier 1 mcast_igmp_version 3
bridge vlan global show dev br0
bridge -j vlan global show vid 11
bridge vlan del dev veth0 vid 12
bridge vlan global show vid 12
bridge vlan global show dev veth0
bridge vlan global set dev br0 vid 12 mcast_snooping 0
bridge vlan global set dev veth0 vid 10 mcast_snooping 0
bridge vlan global set dev br0 vid 10 mcast_igmp_version 9
bridge vlan global set dev br0 vid 10 mcast_igmp_version foo
bridge vlan global set dev nowhere vid 10 mcast_snooping 0
bridge vlan global set dev br0
