#!/bin/bash
# What one end sends the other receives: ip -s link counts packets and bytes.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 type veth peer name veth1 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
ping -q -c3 -i0.01 -W1 10.0.0.2 | grep transmitted
ip -s link show veth0 | tail -4
ip -n NS -s link show veth1 | tail -4
ip -s -s link show veth0 | tail -8
netstat -i | grep -v lo
ifconfig veth0 | grep packets
ip -j -s link show veth0 | grep -o '"stats64".*'
