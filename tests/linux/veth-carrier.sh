#!/bin/bash
# A veth has carrier only while both ends are up.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
ip -br link show type veth
ip link set veth0 up
ip -br link show type veth
ip link set veth1 up
ip -br link show type veth
ip link set veth0 down
ip -br link show type veth
ip -br link show up
