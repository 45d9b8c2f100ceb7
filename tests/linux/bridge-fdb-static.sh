#!/bin/bash
# Entries of the FDB set by hand: static, permanent, replaced, deleted, and what is refused.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_default_pvid 0
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link add veth2 address 02:00:00:00:00:12 type veth peer name veth3 address 02:00:00:00:00:13
ip link set veth0 master br0
ip link set veth2 master br0
ip link set br0 up
ip link set veth0 up
ip link set veth2 up
bridge fdb add 02:00:00:00:00:aa dev veth0 master static
bridge fdb add 02:00:00:00:00:bb dev veth0 master
bridge fdb add 02:00:00:00:00:cc dev veth0 master dynamic
bridge fdb add 02:00:00:00:00:aa dev veth2 master static
bridge fdb replace 02:00:00:00:00:aa dev veth2 master static
bridge fdb add 02:00:00:00:00:dd dev br0 self local
bridge fdb add 02:00:00:00:00:ee dev veth0
bridge fdb show dev veth0 | grep -Ev '^(01:00:5e|33:33)' | sort
bridge fdb show dev veth2 | grep -Ev '^(01:00:5e|33:33)' | sort
bridge fdb show br br0 brport veth2 | grep -Ev '^(01:00:5e|33:33)' | sort
bridge fdb get 02:00:00:00:00:aa br br0
bridge fdb get 02:00:00:00:00:01 br br0
bridge -j fdb get 02:00:00:00:00:bb br br0
bridge fdb del 02:00:00:00:00:aa dev veth2 master
bridge fdb del 02:00:00:00:00:aa dev veth2 master
bridge fdb del 02:00:00:00:00:01 dev nowhere master
bridge fdb add dev veth0
bridge fdb add 02:00:00:00:00:01 dev veth1 master
bridge fdb show dev veth2 | grep -Ev '^(01:00:5e|33:33)' | sort
