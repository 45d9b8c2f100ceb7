#!/bin/bash
# Deleting a namespace destroys the virtual devices in it, and with a veth its peer.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 type veth peer name veth1 netns NS
ip -n NS link add br0 type bridge
ip -br link show veth0 | sed 's/ .*//'
ip netns delete NS
until [ -z "$(ip link show type veth)" ]; do sleep 0.05; done
ip link show veth0
ip link show type veth
ip link show type bridge
