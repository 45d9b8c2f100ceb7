#!/bin/bash
# Statistics in JSON and by ifconfig and netstat are the same numbers.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
ping -q -c2 -i0.01 -s 1000 10.0.0.2 | grep transmitted
ip -j -s -p link show veth0 | sed -n '/stats64/,$p'
ip -s -o link show veth0
ip -s -h link show veth0 | tail -4
ifconfig veth0 | grep RX
netstat -i | grep veth0
ip -s addr show veth0 | tail -6
