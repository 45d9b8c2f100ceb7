#!/bin/bash
# arptables lets ARP in and out or not, and changes what is said.
set -v; trap 'echo "exit status $?"' ERR
ip netns add far
ip link add v0 address 02:00:00:00:00:10 type veth peer name eth0 address 02:00:00:00:00:01 netns far
ip addr add 10.0.0.254/24 dev v0
ip link set v0 up
ip -n far addr add 10.0.0.1/24 dev eth0
ip -n far link set eth0 up
ask() { ip netns exec far arping -c1 -w1 -I eth0 10.0.0.254 | grep -o 'reply.*\]\|Received.*'; }
ask
arptables -A INPUT -s 10.0.0.1 --opcode Request -j DROP
ask
arptables -L INPUT -nv
arptables -F
arptables -P OUTPUT DROP
ask
arptables -L OUTPUT -nv
arptables -P OUTPUT ACCEPT
arptables -A OUTPUT -o v0 --opcode Reply -j mangle --mangle-mac-s 02:00:00:00:00:77
ask
arptables -F
arptables -A INPUT -d 10.0.0.99 -j mangle --mangle-ip-d 10.0.0.254
ip netns exec far arping -c1 -w1 -I eth0 10.0.0.99 | grep -o 'reply.*\]\|Received.*'
arptables -S
