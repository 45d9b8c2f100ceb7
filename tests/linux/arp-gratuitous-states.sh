#!/bin/bash
# A gratuitous ARP changes what is known at once, but confirms nothing; entries made by hand stay.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
tell() { ip netns exec NS arping -q -c1 $1 -I veth1 10.0.0.2; ip neigh show 10.0.0.2; }
ping -q -c1 -W1 10.0.0.2 | grep transmitted
ip neigh show 10.0.0.2
tell -U
tell -A
ip -n NS link set veth1 address 02:00:00:00:00:22
tell -U
ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:33 dev veth0 nud reachable
tell -A
ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:33 dev veth0 nud permanent
tell -U
ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:33 dev veth0 nud noarp
tell -A
ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:33 dev veth0 nud stale
sysctl net.ipv4.conf.veth0.drop_gratuitous_arp=1
tell -U
tell -A
sysctl net.ipv4.conf.veth0.drop_gratuitous_arp=0
ip neigh del 10.0.0.2 dev veth0
tell -U
sysctl net.ipv4.conf.veth0.arp_accept=2
tell -U
ip neigh del 10.0.0.2 dev veth0
ip -n NS addr add 10.9.0.2/32 dev veth1
ip netns exec NS arping -q -c1 -U -I veth1 -s 10.9.0.2 10.9.0.2
ip neigh show
sysctl net.ipv4.conf.veth0.arp_accept=1
ip netns exec NS arping -q -c1 -U -I veth1 -s 10.9.0.2 10.9.0.2
ip neigh show
