#!/bin/bash
# arptables as hosts use it: an address that several hold is not spoken for (LVS), and a gateway is
# believed from one hardware address alone.
set -v; trap 'echo "exit status $?"' ERR
ip netns add far
ip link add v0 address 02:00:00:00:00:10 type veth peer name eth0 address 02:00:00:00:00:01 netns far
ip addr add 10.0.0.254/24 dev v0
ip addr add 10.0.0.100/32 dev v0
ip link set v0 up
ip -n far addr add 10.0.0.1/24 dev eth0
ip -n far link set eth0 up
ask() { ip netns exec far arping -c1 -w1 -I eth0 $1 | grep -o 'reply.*\]\|Received.*'; }
# Real servers behind LVS: nobody is told of the virtual address, and questions come from the real one.
arptables -A INPUT -d 10.0.0.100 -j DROP
arptables -A OUTPUT -s 10.0.0.100 -j mangle --mangle-ip-s 10.0.0.254
ask 10.0.0.100
ask 10.0.0.254
arptables -nvL
arptables-save | grep -v '^#' >saved
arptables -F
# The gateway has one hardware address.
arptables -N GATEWAY
arptables -A INPUT -s 10.0.0.1 -j GATEWAY
arptables -A GATEWAY --source-mac 02:00:00:00:00:01 -j ACCEPT
arptables -A GATEWAY -j DROP
ask 10.0.0.254
ip -n far link set eth0 address 02:00:00:00:00:66
ask 10.0.0.254
arptables -vnL GATEWAY --line-numbers
arptables -C INPUT -s 10.0.0.1 -j GATEWAY
arptables -C INPUT -s 10.0.0.2 -j GATEWAY
arptables -R GATEWAY 2 -j ACCEPT
arptables -D GATEWAY 1
arptables -Z GATEWAY
arptables -S
arptables -E GATEWAY TRUSTED
arptables -X TRUSTED
arptables-restore <saved
arptables -S
