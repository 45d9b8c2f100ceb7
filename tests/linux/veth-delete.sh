#!/bin/bash
# Deleting one end of a veth deletes the other.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
ip link del veth1
ip link show veth0
ip link show type veth
ip link add type veth
ip link show type veth
ip link add veth7 type veth
ip -o link show type veth | cut -d' ' -f2
ip link delete veth1 type veth
ip -o link show type veth | cut -d' ' -f2
