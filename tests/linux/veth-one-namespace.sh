#!/bin/bash
# Two ends of a veth in one namespace answer each other only with accept_local, and rp_filter off.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add veth0 type veth peer name veth1
ip addr add 10.1.1.1/24 dev veth0
ip addr add 10.1.1.2/24 dev veth1
ip link set veth0 up
ip link set veth1 up
ping -c1 -W1 10.1.1.2 | head -2
ping -c1 -W1 -I veth0 10.1.1.2
sysctl -w net.ipv4.conf.veth0.accept_local=1 net.ipv4.conf.veth1.accept_local=1
sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.veth0.rp_filter=0 net.ipv4.conf.veth1.rp_filter=0
ip neigh flush all
ping -c1 -W1 -I veth0 10.1.1.2
