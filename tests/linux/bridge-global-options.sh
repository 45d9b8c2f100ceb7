#!/bin/bash
# Options of bridge before the object, known and unknown.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge
ip link add veth0 type veth peer name veth1
ip link set veth0 master br0
bridge -f inet link
bridge -family inet6 link
bridge -f bogus link
bridge -4 link
bridge -t link
bridge -compressvlans link
bridge -color=never link
bridge -color=x link
bridge -0 link
bridge -x link
bridge -N link
bridge -rc 5 link
bridge -o link
bridge -j link | grep -o '"ifname":"[a-z0-9]*"'
bridge -n nowhere link
bridge -netns nowhere link
bridge -help 2>&1 | grep -o ^Usage
bridge 2>&1 | grep -o ^Usage
bridge frobnicate
