#!/bin/bash
# Addresses in every form that ip addr has: brief, oneline, JSON; scope, label, broadcast, peer, lifetimes.
set -v; trap 'echo "exit status $?"' ERR
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far address 02:00:00:00:00:11
ip link set eth0 up
ip link set far up
ip addr add 10.0.0.1/24 brd 10.0.0.255 dev eth0
ip addr add 10.0.0.2/24 brd + dev eth0 label eth0:web
ip addr add 10.0.1.1/24 dev eth0 scope link
ip addr add 10.0.2.1 peer 10.0.2.9/32 dev eth0
ip addr add 192.168.1.1/24 dev eth0 metric 50
ip a
ip -br a
ip -4 -o a show dev eth0
ip a show eth0 scope link
ip a show label eth0:web
ip a show to 10.0.0.0/16 primary
ip a show secondary
ip -br a show up
ip -j addr show dev eth0
ip -j -p addr show dev lo
ip -br -j addr
ip route
