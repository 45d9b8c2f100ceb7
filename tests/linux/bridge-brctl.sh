#!/bin/bash
# brctl: adding, showing and deleting bridges and ports.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
brctl show
brctl addbr br0
brctl addbr br0
brctl addbr br1
ip link set br0 address 02:00:00:00:00:99
ip link set br1 address 02:00:00:00:00:98
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
brctl addif br0 veth0
brctl addif br0 veth0
brctl addif br1 veth0
brctl addif br0 nowhere
brctl addif nowhere veth0
brctl addif br0 lo
brctl show
brctl show br1
brctl show veth0
brctl show nowhere
brctl showmacs br0
brctl delif br0 veth1
brctl delif br0 nowhere
brctl delif br0 veth0
ip link set br0 up
brctl delbr br0
ip link set br0 down
brctl delbr br0
brctl delbr br0
brctl delbr veth0
brctl show
brctl frobnicate 2>&1 | head -1
