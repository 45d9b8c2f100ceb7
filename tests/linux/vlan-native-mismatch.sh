#!/bin/bash
# Two ends of a cable that take what has no tag for different VLANs: two VLANs become one.
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
catch() {
    : >log
    tcpdump -lnei $1 -c$2 >seen 2>log &
    until grep -q listening log; do sleep 0.02; done
}
caught() { wait; cut -d' ' -f2- seen; }
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0
ip link add br1 address 02:00:00:00:00:98 type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0
ip link add t0 address 02:00:00:00:02:00 type veth peer name t1 address 02:00:00:00:02:01
ip link set t0 master br0 up
ip link set t1 master br1 up
ip link set br0 up
ip link set br1 up
host 1; host 2 br1; host 3 br1
access 1 10; access 2 10; access 3 20
bridge vlan add dev t0 vid 10 pvid untagged
bridge vlan add dev t0 vid 20
bridge vlan add dev t1 vid 20 pvid untagged
bridge vlan add dev t1 vid 10
catch t0 4
reach 1 3
caught
reach 1 2 0.3
bridge fdb show dev t1 | grep '02:00:00:00:00:0'
