#!/bin/bash
# arp shows, adds and deletes neighbours.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
arp -n | sort
arp -s 10.0.0.7 02:00:00:00:00:07
arp -n | sort
ping -q -c1 -W1 10.0.0.2 | grep transmitted
arp -n 10.0.0.2
arp -an 10.0.0.7
arp -a -n 10.0.0.9
arp -n 10.0.0.9
arp -d 10.0.0.7
arp -n 10.0.0.7
arp -d 10.0.0.9
arp -s 192.168.1.1 02:00:00:00:00:08
arp -i veth0 -n | sort
arp -i nowhere -n
ip neigh | sort
