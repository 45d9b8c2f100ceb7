#!/bin/bash
# Neighbours set by hand: add, change, replace, del, flush, get, and what is refused.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev veth0
ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev veth0
ip neigh show
ip neigh change 10.0.0.7 lladdr 02:00:00:00:00:77 dev veth0
ip neigh change 10.0.0.8 lladdr 02:00:00:00:00:77 dev veth0
ip neigh replace 10.0.0.8 lladdr 02:00:00:00:00:08 dev veth0 nud reachable
ip neigh get 10.0.0.8 dev veth0
ip neigh get 10.0.0.99 dev veth0
ip neigh show 10.0.0.7
ip neigh del 10.0.0.7 dev veth0
ip neigh show 10.0.0.7
ip neigh del 10.0.0.7 dev veth0
ip neigh del 10.0.0.55 dev veth0
ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev nowhere
ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07
ip neigh add dev veth0
ip neigh add 10.0.0.700 lladdr 02:00:00:00:00:07 dev veth0
ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev veth0 nud frobnicate
ip neigh flush
ip neigh flush dev veth0
ip neigh show
