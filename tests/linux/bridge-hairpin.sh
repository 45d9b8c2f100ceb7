#!/bin/bash
# With hairpin a frame goes out by the port it came in by.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_snooping 0
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link set veth0 master br0 up
ip link set br0 up
ip link set veth1 up
ip addr add 10.0.0.1/24 dev veth1
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev veth1
speak() { ping -q -c1 -W0.1 10.0.0.9 >/dev/null || ip -j -s link show veth1 | grep -o '"rx":{"bytes":[0-9]*,"packets":[0-9]*'; }
speak
bridge link set dev veth0 hairpin on
bridge -d link show dev veth0 | grep -o 'hairpin o[nf]*'
speak
brctl hairpin br0 veth0 off
bridge -d link show dev veth0 | grep -o 'hairpin o[nf]*'
speak
