#!/bin/bash
# The addresses of bridge and ports are known in each of their VLANs, and follow them.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
show() { bridge fdb show br br0 | grep permanent | grep -v -e ^33:33 -e ^01:00:5e; }
show
for n in 0 1; do
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name q$n
    ip link set p$n master br0
    bridge vlan add dev p$n vid 10
done
bridge vlan add dev br0 vid 20 self
show
ip link set p0 address 02:00:00:00:01:77
ip link set br0 address 02:00:00:00:01:88
show
bridge vlan del dev p0 vid 10
bridge vlan del dev br0 vid 20 self
bridge vlan del dev br0 vid 1 self
show
# A bridge that has the address of its port: the entry is the port's, as long as that is in the VLAN.
ip link del br0
ip link add br0 type bridge
ip link set p1 master br0
show
bridge vlan del dev p1 vid 1
show
bridge vlan add dev p1 vid 1
show
ip link set p1 nomaster
show
