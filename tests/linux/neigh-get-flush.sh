#!/bin/bash
# ip neigh get and flush.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
ip addr add 10.0.0.1/24 dev veth0
ip link set veth0 up
ip link set veth1 up
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev veth0
ip neigh add 10.0.0.3 lladdr 02:00:00:00:00:03 nud stale dev veth0
ip neigh add 10.0.0.4 lladdr 02:00:00:00:00:04 nud reachable dev veth0
ip neigh get 10.0.0.2 dev veth0
ip neigh get 10.0.0.9 dev veth0
ip neigh get 10.0.0.2
ip neigh get 10.0.0.2 dev nope
ip neigh get
ip neigh flush
ip neigh flush dev nope
ip neigh flush nud stale
ip neigh show nud stale
ip neigh show nud permanent
ip neigh flush dev veth0
ip -4 neigh
ip -s neigh flush dev veth0
ip neigh del 10.0.0.9 dev veth0
ip neigh show frobnicate
