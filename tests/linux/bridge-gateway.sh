#!/bin/bash
# What moves when a host's uplink becomes a port: the address goes to the bridge, the gateway answers once the uplink is a port.
set -v; trap 'echo "exit status $?"' ERR
ip netns add router
ip link add eth0 address 02:00:00:00:00:10 type veth peer name wan address 02:00:00:00:00:11 netns router
ip -n router addr add 192.168.0.1/24 dev wan
ip -n router link set wan up
ip addr add 192.168.0.121/24 dev eth0
ip link set eth0 up
ip link add name br0 type bridge
ip link add veth0 address 02:00:00:00:00:20 type veth peer name veth1 address 02:00:00:00:00:21
ip link set br0 up
ip link set veth0 up
ip link set veth1 up
ip addr add 192.168.0.101/24 dev veth0
ip addr add 192.168.0.102/24 dev veth1
ip link set dev veth0 master br0
bridge link
ip addr del 192.168.0.101/24 dev veth0
ip addr add 192.168.0.101/24 dev br0
sysctl -q net.ipv4.neigh.br0.retrans_time_ms=100
ping -c1 -W1 -I br0 192.168.0.1
ip addr del 192.168.0.121/24 dev eth0
ip link set eth0 master br0
ping -c1 -W1 -I br0 192.168.0.1
ip route show dev br0
