#!/bin/bash
# Words of bridge fdb add on a port, on the bridge and on a device that is no port; the order of a dump.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_default_pvid 0
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link add veth2 address 02:00:00:00:00:12 type veth peer name veth3 address 02:00:00:00:00:13
ip link set veth0 master br0
ip link set veth2 master br0
bridge fdb add 02:00:00:00:00:a0 dev veth0 master dynamic
bridge fdb add 02:00:00:00:00:a0 dev veth0 master static
for dev in br0 veth0 veth1 veth2 veth3; do ip link set $dev up; done
show() { bridge fdb show | grep -Ev '^(33:33|01:00:5e)'; }
add() { bridge fdb add 02:00:00:00:00:$@; }
# On a port: the bridge's database, the device's own list, or both.
add b1 dev veth0
add b2 dev veth0 local
add b3 dev veth0 permanent
add b4 dev veth0 temp
add b5 dev veth0 self dynamic
add b6 dev veth0 self static
add b7 dev veth0 master temp
add b8 dev veth0 master use
add b9 dev veth0 master router
add ba dev veth0 master self
add bb dev veth0 master use dynamic
add bc dev veth0 master sticky
add bd dev veth0 master sticky static
add be dev veth0 master sticky dynamic
add 10 dev veth0 self
# On the bridge: its own addresses alone.
add c0 dev br0
add c1 dev br0 self
add c2 dev br0 self static
add c3 dev br0 self dynamic
add c4 dev br0 master
add c5 dev br0 local
add c6 dev br0 self sticky static
add c7 dev br0 self use
# On a device that is no port.
add d1 dev veth1
add d2 dev veth1 self
add d3 dev veth1 self dynamic
add d4 dev veth1 master
add d5 dev lo self
bridge fdb add 03:00:00:00:00:d6 dev veth1 self
show
# Twice, in other words.
add d2 dev veth1 self
bridge fdb append 02:00:00:00:00:d2 dev veth1 self
bridge fdb replace 02:00:00:00:00:d2 dev veth1 self
bridge fdb append 02:00:00:00:00:b1 dev veth0 master
bridge fdb append 02:00:00:00:00:b1 dev veth0 master
bridge fdb replace 02:00:00:00:00:b7 dev br0 self
bridge fdb replace 02:00:00:00:00:10 dev veth2 master static
bridge fdb replace 02:00:00:00:00:bd dev veth0 master static
show
# Addresses that are none.
bridge fdb add 00:00:00:00:00:00 dev veth0 master
bridge fdb add 00:00:00:00:00:00 dev veth1 self
bridge fdb add ff:ff:ff:ff:ff:ff dev veth2 master
bridge fdb add 02:00 dev veth0 master
# Deleting.
bridge fdb del 02:00:00:00:00:d2 dev veth1
bridge fdb del 02:00:00:00:00:d2 dev veth1 self
bridge fdb del 02:00:00:00:00:d2 dev lo self
bridge fdb del 02:00:00:00:00:c1 dev br0 self
bridge fdb del 02:00:00:00:00:c1 dev br0
bridge fdb del 02:00:00:00:00:10 dev veth0 master
bridge fdb del 02:00:00:00:00:b7 dev veth0 master
bridge fdb del 02:00:00:00:00:ba dev veth0 master self
show
