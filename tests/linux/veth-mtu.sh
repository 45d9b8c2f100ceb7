#!/bin/bash
# The MTUs of a veth's ends are independent, and what is too long for the receiver is dropped there.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 type veth peer name veth1 netns NS
ip link set veth0 up
ip -n NS link set veth1 up mtu 1000
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link show veth0 | head -1
ip -n NS link show veth1 | head -1
ping -c1 -W1 -s 900 10.0.0.2 | head -2
ping -c1 -W1 -s 1400 10.0.0.2
ip -n NS -s link show veth1 | sed -n 3,4p
ip -s link show veth0 | sed -n 5,6p
ip link set veth0 mtu 67
ip link set veth0 mtu 65536
ip link set veth0 mtu 65535
ip link set veth0 mtu x
ip link show veth0 | head -1
