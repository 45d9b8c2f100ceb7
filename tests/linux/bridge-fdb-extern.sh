#!/bin/bash
# Entries that a program learned: they keep their word when replaced, do not age, and lose it when their station moves.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_default_pvid 0 ageing_time 100
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link add veth2 address 02:00:00:00:00:12 type veth peer name veth3 address 02:00:00:00:00:13
ip link set veth0 master br0
ip link set veth2 master br0
for dev in br0 veth0 veth1 veth2 veth3; do ip link set $dev up; done
show() { bridge fdb show br br0 | grep -Ev '^(33:33|01:00:5e)'; }
bridge fdb add 02:00:00:00:00:b1 dev veth0 master extern_learn
bridge fdb add 02:00:00:00:00:b2 dev veth0 master dynamic extern_learn
bridge fdb add 02:00:00:00:00:b3 dev veth0 master static extern_learn
bridge fdb add 02:00:00:00:00:b4 dev br0 self extern_learn
bridge fdb add 02:00:00:00:00:13 dev veth0 master extern_learn
show
bridge fdb replace 02:00:00:00:00:b1 dev veth0 master dynamic
bridge fdb replace 02:00:00:00:00:b2 dev veth2 master dynamic
bridge fdb replace 02:00:00:00:00:b3 dev veth0 master static
show
bridge fdb replace 02:00:00:00:00:b1 dev veth0 master static
bridge fdb replace 02:00:00:00:00:b1 dev veth0 master dynamic
bridge fdb add 02:00:00:00:00:b5 dev veth0 master static
bridge fdb add 02:00:00:00:00:b5 dev veth0 master extern_learn
bridge fdb add 02:00:00:00:00:b1 dev veth0 master extern_learn
bridge fdb add 02:00:00:00:00:b1 dev veth0 master
show
sleep 2
show
ip addr add 10.0.0.1/24 dev veth3
ping -q -c1 -W0.1 -I veth3 10.0.0.9 >/dev/null
show
