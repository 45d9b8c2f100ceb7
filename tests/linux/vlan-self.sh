#!/bin/bash
# The bridge itself is in VLANs as a port is: what it sends is in its PVID, and it receives of its VLANs alone.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
host() {
    ip netns add h$1
    ip link add p$1 address 02:00:00:00:01:0$1 type veth peer name eth0 address 02:00:00:00:00:0$1 netns h$1
    ip link set p$1 master ${2:-br0} up
    ip -n h$1 addr add 10.0.0.$1/24 dev eth0
    ip -n h$1 link set eth0 up
}
reach() { ip netns exec h$1 ping -q -c1 -W${3:-1} 10.0.0.$2 | grep -o '[0-9] received'; }
access() { bridge vlan del dev p$1 vid 1; bridge vlan add dev p$1 vid $2 pvid untagged; }
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1
ip addr add 10.0.0.99/24 dev br0
ip link set br0 up
host 1; host 2
access 2 10
reach 1 99
reach 2 99 0.3
ping -q -c1 -W0.3 10.0.0.2 | grep transmitted
bridge vlan add dev br0 vid 10 pvid untagged self
bridge vlan show dev br0
reach 2 99
reach 1 99 0.3
# In the VLAN, but its device gets the frames with their tag.
bridge vlan add dev br0 vid 10 pvid self
reach 2 99 0.3
bridge vlan del dev br0 vid 10 self
bridge vlan del dev br0 vid 1 self
bridge vlan show dev br0
reach 1 99 0.3
ping -q -c1 -W0.3 10.0.0.1 | grep transmitted
bridge fdb show | grep 00:00:99
