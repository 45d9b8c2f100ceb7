#!/bin/bash
# The group by which a bridge's spanning tree speaks is set among those that have no other use.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge
group() { ip -d link show br0 | grep -o 'group_address [^ ]*'; }
group
ip link set br0 type bridge group_address 01:80:c2:00:00:0e
group
ip link set br0 type bridge group_address 01:80:c2:00:00:01
ip link set br0 type bridge group_address 01:80:c2:00:00:03
ip link set br0 type bridge group_address 01:80:c2:00:00:10
ip link set br0 type bridge group_address 02:80:c2:00:00:0e
ip link set br0 type bridge group_address nonsense
ip link set br0 type bridge group_address
group
ip link set br0 type bridge group_addr 01:80:c2:00:00:00
group
