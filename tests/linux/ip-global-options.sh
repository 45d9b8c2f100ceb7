#!/bin/bash
# Options before the object: families, shortened numbers, values that change nothing here.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip addr add 10.0.0.1/24 dev veth0
ip -0 addr show veth0
ip -f link addr show veth0
ip -0 -br addr show veth0
ip -t link show lo
ip -ts link show lo
ip -l 5 -4 addr show veth0
ip -rc 4096 route
ip -r -N route
ip -c=never link show lo
ip -color=never link show lo
ping -q -c 30 -s 1000 -i 0.002 127.0.0.1 | grep transmitted
ip -s -h link show lo | tail -4
ip -h -iec -s -s link show lo | tail -8
ip -iec -s link show lo | tail -4
ip -human-readable -stats -details link show lo | tail -4
ip -help 2>&1 | grep -o ^Usage
ip -cx link 2>&1
ip -netns nowhere link
ip -n nowhere link
