#!/bin/bash
# A tag does not count in the length of a frame.
# needs: vlan_filtering
set -v; trap 'echo "exit status $?"' ERR
host() {
    ip netns add h$1
    ip link add p$1 address 02:00:00:00:01:0$1 type veth peer name eth0 address 02:00:00:00:00:0$1 netns h$1
    ip link set p$1 master ${2:-br0} up
    ip -n h$1 addr add 10.0.0.$1/24 dev eth0
    ip -n h$1 link set eth0 up
}
access() { bridge vlan del dev p$1 vid 1; bridge vlan add dev p$1 vid $2 pvid untagged; }
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1 vlan_default_pvid 0
ip link add br1 address 02:00:00:00:00:98 type bridge vlan_filtering 1 vlan_default_pvid 0
ip link add t0 address 02:00:00:00:02:00 type veth peer name t1 address 02:00:00:00:02:01
ip link set t0 master br0 up
ip link set t1 master br1 up
ip link set br0 up
ip link set br1 up
host 1; host 2 br1
access 1 10; access 2 10
bridge vlan add dev t0 vid 10
bridge vlan add dev t1 vid 10
ip -n h1 neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0
ip -n h2 neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0
send() { ip netns exec h1 ping -q -c1 -W0.5 -M do -s $1 10.0.0.2 | grep -o '[0-9] received'; }
send 1472
# A frame may be four bytes longer than the MTU says: there a tag would be.
for n in 1 2; do ip -n h$n link set eth0 mtu 1504; ip link set p$n mtu 1504; done
send 1476
for n in 1 2; do ip -n h$n link set eth0 mtu 1505; ip link set p$n mtu 1505; done
send 1477
ip link show br0 | grep -o 'mtu [0-9]*'
ip -s link show t0 | tail -1
