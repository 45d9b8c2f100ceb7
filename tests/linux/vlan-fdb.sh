#!/bin/bash
# Entries of the database by VLAN: added, shown, got, deleted and flushed; one address can be behind two ports.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1
for n in 1 2; do
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name q$n address 02:00:00:00:00:0$n
    ip link set p$n master br0 up
    ip link set q$n up
    bridge vlan add dev p$n vid 10
    bridge vlan add dev p$n vid 20
done
ip link set br0 up
show() { bridge fdb show "$@" | grep '02:00:00:00:00:[ab]'; }
bridge fdb add 02:00:00:00:00:a1 dev p1 master static vlan 10
bridge fdb add 02:00:00:00:00:a1 dev p2 master static vlan 20
bridge fdb add 02:00:00:00:00:a1 dev p2 master static vlan 10
bridge fdb add 02:00:00:00:00:a1 dev p2 master static vlan 30
# Without a VLAN it is in all of the port.
bridge fdb add 02:00:00:00:00:b1 dev p1 master static
show
show br br0 vlan 20
show dev p2 vlan 20
bridge -j fdb show dev p2 vlan 20
bridge fdb get 02:00:00:00:00:a1 br br0
bridge fdb get 02:00:00:00:00:a1 br br0 vlan 20
bridge fdb replace 02:00:00:00:00:a1 dev p2 master static vlan 10
bridge fdb get 02:00:00:00:00:a1 br br0 vlan 10
bridge fdb del 02:00:00:00:00:a1 dev p1 master vlan 20
bridge fdb del 02:00:00:00:00:a1 dev p1 master vlan 30
bridge fdb del 02:00:00:00:00:b1 dev p1 master vlan 20
show
bridge fdb del 02:00:00:00:00:b1 dev p1 master
show
bridge fdb flush dev br0 vlan 10 static
show
# Static entries stay when the port leaves their VLAN.
bridge vlan del dev p2 vid 20
show
