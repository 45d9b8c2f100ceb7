#!/bin/bash
# ipv6
# The groups of IPv6: those of all nodes, of the addresses' solicited nodes, and those joined.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip -6 maddr
ip link set v1 up
ip link set v0 up
sleep 3
ip maddr show dev v0
ip addr add ff05::5/128 dev v0
ip addr add ff05::5/128 dev v0 autojoin
ip addr add 2001:db8::1:1/64 dev v0 nodad
sleep 2
ip maddr show dev v0
ip addr del ff05::5/128 dev v0
ip addr del 2001:db8::1:1/64 dev v0
ip -6 maddr show dev v0
sysctl -q net.ipv6.conf.v0.forwarding=1
sleep 0.2
ip -6 maddr show dev v0
sysctl -q net.ipv6.conf.v0.forwarding=0
ip -6 maddr show dev v0
netstat -gn
