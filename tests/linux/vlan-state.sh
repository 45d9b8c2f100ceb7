#!/bin/bash
# A port forwards, learns or does nothing by VLAN.
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
known() { bridge fdb show | grep '02:00:00:00:00:0' | sort; }
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_filtering 1
ip link set br0 up
for n in 1 2; do host $n; access $n 10; done
reach 1 2
bridge vlan set dev p2 vid 10 state blocking
bridge -d vlan show dev p2
bridge -j -d vlan show dev p2
reach 1 2 0.3
bridge fdb flush dev br0 dynamic
reach 2 1 0.3
known
bridge vlan set dev p2 vid 10 state learning
reach 2 1 0.3
known
bridge vlan set dev p2 vid 10 state 3
reach 2 1
bridge vlan set dev br0 vid 1 state disabled
bridge -d vlan show dev br0
ip link set br0 type bridge stp_state 1
bridge vlan set dev p2 vid 10 state disabled
