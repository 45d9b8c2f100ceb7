#!/bin/bash
# The VLAN that ports are put into, changed and taken away; what users set stays.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1
for n in 0 1 2; do
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name q$n
    ip link set p$n master br0
done
bridge vlan add dev p1 vid 1
bridge vlan add dev p2 vid 7
ip link set br0 type bridge vlan_default_pvid 7
bridge vlan
ip link set br0 type bridge vlan_default_pvid 0
bridge vlan
bridge fdb show br br0 | grep 02:00:00:00:0
ip link set br0 type bridge vlan_default_pvid 9
bridge vlan
ip link set p0 nomaster
bridge vlan show dev p0
ip link set p0 master br0
bridge vlan show dev p0
ip -d link show br0 | grep -o 'vlan_default_pvid [0-9]*'
ip link del br0
bridge vlan
