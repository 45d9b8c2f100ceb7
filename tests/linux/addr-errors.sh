#!/bin/bash
# What ip addr refuses.
set -v; trap 'echo "exit status $?"' ERR
ip link add eth0 type veth peer name far
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.0.1/25 dev eth0
ip addr add 10.0.0.1/33 dev eth0
ip addr add 10.0.0.256/24 dev eth0
ip addr add 10.0.0.1/24
ip addr add 10.0.0.1/24 dev nowhere
ip addr add dev eth0
ip addr add 224.0.0.1/24 dev eth0
ip addr del 10.0.0.9/24 dev eth0
ip addr del 10.0.0.1/26 dev eth0
ip addr del 10.0.0.1/24 dev nowhere
ip addr show nowhere
ip addr show dev eth0 frobnicate
ip addr frobnicate
ip addr add 10.0.0.2/24 dev eth0 label web
ip addr add 10.0.0.2/24 dev eth0 valid_lft 5 preferred_lft 10
ip addr flush
ip -o -4 addr show
ip addr flush dev eth0
ip -o -4 addr show
