#!/bin/bash
# Flags of a device: promisc, allmulticast, arp, multicast, dynamic.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
ip link set veth0 promisc on
ip link set veth0 allmulticast on
ip link show veth0 | head -1
ip link set veth0 promisc off allmulticast off arp off multicast off
ip link show veth0 | head -1
ip link set veth0 arp on
ip link set veth0 multicast on
ip link set veth0 txqueuelen 500
ip link show veth0 | head -1
ip -d link show veth0 | grep -o 'promiscuity [0-9]*'
ip link set veth0 promisc maybe
ifconfig veth0 promisc
ip link show veth0 | head -1
ifconfig veth0 -promisc -arp
ifconfig veth0
