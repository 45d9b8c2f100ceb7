#!/bin/bash
# What ip -d link tells of a bridge that filters.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1 vlan_protocol 802.1ad vlan_default_pvid 9 vlan_stats_enabled 1 vlan_stats_per_port 1
show() { ip -d link show br0 | grep -o -e ' vlan_[a-z_]* [^ ]*' -e 'group_address [^ ]*'; }
show
ip -j -d link show br0 | grep -o '"vlan_[a-z_]*":[^,]*'
ip link set br0 type bridge vlan_protocol 802.1Q vlan_filtering 0 vlan_stats_enabled 0
show
ip link set br0 type bridge vlan_protocol 0x88a8
show
ip link set br0 type bridge vlan_filtering 7
show
ip link add br1 address 02:00:00:00:00:98 type bridge
ip -d link show br1
