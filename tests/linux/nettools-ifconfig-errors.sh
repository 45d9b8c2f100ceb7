#!/bin/bash
# What ifconfig refuses.
set -v; trap 'echo "exit status $?"' ERR
ip link add eth0 type veth peer name far
ifconfig nowhere
ifconfig nowhere 10.0.0.1
ifconfig nowhere up
ifconfig eth0 mtu 1
ifconfig eth0 mtu x
ifconfig eth0 hw ether 02:00:00:00:00:zz
ifconfig eth0:9 down
ip -o -4 addr
