#!/bin/bash
# A network of a provider carries the VLANs of its customer in a VLAN of its own: two tags.
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
# Customer's bridges c1 and c2, provider's p1 and p2.
for br in c1 c2; do ip link add $br type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0; done
for br in p1 p2; do ip link add $br type bridge mcast_snooping 0 vlan_filtering 1 vlan_protocol 802.1ad vlan_default_pvid 0; done
cable() {
    ip link add $1-$2 type veth peer name $2-$1
    ip link set $1-$2 master $1 up
    ip link set $2-$1 master $2 up
}
cable c1 p1; cable p1 p2; cable p2 c2
for br in c1 c2 p1 p2; do ip link set $br up; done
for n in 1 2; do
    ip netns add h$n
    ip link add x$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set x$n master c$n up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
    bridge vlan add dev x$n vid 10 pvid untagged
    bridge vlan add dev c$n-p$n vid 10
    bridge vlan add dev p$n-c$n vid 500 pvid untagged
done
bridge vlan add dev p1-p2 vid 500
bridge vlan add dev p2-p1 vid 500
bridge vlan
catch p1-p2 4
reach 1 2
caught
bridge fdb show br p1 | grep 02:00:00:00:00:0
ip -d link show p1 | grep -o -e 'vlan_protocol [^ ]*' -e 'group_address [^ ]*'
