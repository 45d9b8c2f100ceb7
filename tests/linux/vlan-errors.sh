#!/bin/bash
# What bridge vlan refuses, and what it passes over.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
bridge vlan add dev veth0 vid 10
ip link set veth0 master br0
add() { bridge vlan add dev veth0 vid "$@"; }
add 0
add 4095
add 4096
add abc
add 10abc
add 20-10
add 10-10
add 10-4095
add 10-4096
add 10-20 pvid
add 5-
add
bridge vlan add dev veth0
bridge vlan add vid 10
bridge vlan add dev nowhere vid 10
bridge vlan add dev br0 vid 10
bridge vlan add dev br0 vid 10 master
add 11 self
add 12 foo
bridge vlan del dev veth0 vid 99
bridge vlan del dev veth0 vid 0
bridge vlan del dev br0 vid 1
bridge vlan del dev veth1 vid 1
bridge vlan show dev nowhere
bridge vlan show dev veth0 dev veth1
bridge vlan show dev
bridge vlan show vid abc
bridge vlan frobnicate
bridge vlan set dev veth0 vid 13 state blocking
bridge vlan set dev veth0 vid 12-13 state blocking
bridge vlan set dev veth0 vid 12 state foo
bridge vlan set dev veth0 vid 12 state 9
bridge vlan set dev veth0 state blocking
bridge vlan set dev veth1 vid 1 state blocking
bridge vlan set dev nowhere vid 1
bridge vlan set dev br0 vid 9 state blocking
ip link set br0 type bridge vlan_default_pvid 4095
ip link set br0 type bridge vlan_default_pvid foo
ip link set br0 type bridge vlan_default_pvid 70000
ip link set br0 type bridge vlan_filtering foo
ip link set br0 type bridge vlan_protocol foo
ip link set br0 type bridge vlan_stats_enabled 2
ip link set br0 type bridge vlan_stats_per_port 1
bridge vlan
