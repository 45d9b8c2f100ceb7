#!/bin/bash
# Devices are made in a namespace directly, and both ends of a veth anywhere.
set -v; trap 'echo "exit status $?"' ERR
ip netns add one
ip netns add two
ip link add eth0 netns one type veth peer name eth0 netns two
ip link show
ip -n one link show eth0 | sed 's/link-netnsid [0-9]*/link-netnsid X/'
ip -n one link set eth0 up
ip -n two link set eth0 up
ip -n one addr add 10.0.0.1/24 dev eth0
ip -n two addr add 10.0.0.2/24 dev eth0
ip netns exec one ping -c1 -W1 10.0.0.2
