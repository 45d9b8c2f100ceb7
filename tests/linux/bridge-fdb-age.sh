#!/bin/bash
# An entry that was learnt ages out after the bridge's ageing time; a static one stays.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_default_pvid 0 ageing_time 100
ip link set br0 up
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
ip link set veth0 master br0 up
ip link set veth1 up
ip addr add 10.0.0.1/24 dev veth1
bridge fdb add 02:00:00:00:00:aa dev veth0 master static
ip neigh add 10.0.0.77 lladdr 02:00:00:00:00:77 dev veth1
speak() { ping -q -c1 -W0.1 10.0.0.77 >/dev/null || true; }
speak
bridge fdb show br br0 | grep -e :11 -e :aa
sleep 2.5
bridge fdb show br br0 | grep -e :11 -e :aa
ip -d link show br0 | grep -o 'ageing_time [0-9]*'
brctl setageing br0 30
ip -d link show br0 | grep -o 'ageing_time [0-9]*'
speak
bridge fdb show br br0 | grep -e :11 -e :aa
