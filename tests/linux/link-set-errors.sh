#!/bin/bash
# What ip link set, del and show refuse.
set -v; trap 'echo "exit status $?"' ERR
ip link set nowhere up
ip link set
ip link set lo frobnicate
ip link set dev lo up down sideways
ip link del nowhere
ip link del
ip link show nowhere
ip link show dev
ip link frobnicate
ip link add veth0 type veth peer name veth1
ip link set veth0 address 01:00:5e:00:00:01
ip link set veth0 address 00:00:00:00:00:00
ip link set veth0 name veth1
ip link set veth0 name lo
ip link set veth0 master nowhere
ip link set veth0 master lo
ip link set veth0 master veth1
ip link set veth0 mtu -1
