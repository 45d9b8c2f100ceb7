#!/bin/bash
# A bridge's own settings: ip -d link, and what is set.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge forward_delay 200 hello_time 100 max_age 900 ageing_time 6000 priority 100
ip -d link show br0
ip link set br0 type bridge group_fwd_mask 16384
ip -d link show br0 | grep -o 'group_fwd_mask 0x[0-9a-f]*\|group_fwd_mask [^ ]*'
ip link set br0 type bridge group_fwd_mask 1
ip link set br0 type bridge forward_delay 99999999
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link set veth0 master br0
ip -d link show veth0
ip -d link show br0 | grep -o 'bridge_id [^ ]*'
