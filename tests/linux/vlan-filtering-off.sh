#!/bin/bash
# A bridge that does not filter passes tags as they are, and one address is one station whatever the VLAN.
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
catch() {
    : >log
    tcpdump -lnei $1 -c$2 >seen 2>log &
    until grep -q listening log; do sleep 0.02; done
}
caught() { wait; cut -d' ' -f2- seen; }
# Two bridges that filter, and one between them that does not.
for br in br0 br1 br2; do ip link add $br type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0; done
ip link set br1 type bridge vlan_filtering 0
for n in 0 2; do
    ip link add t$n type veth peer name m$n
    ip link set t$n master br$n up
    ip link set m$n master br1 up
    bridge vlan add dev t$n vid 10
done
for br in br0 br1 br2; do ip link set $br up; done
host 1; host 2 br2
for n in 1 2; do bridge vlan add dev p$n vid 10 pvid untagged; done
catch br1 1
reach 1 2
caught
bridge fdb show br br1 | grep '02:00:00:00:00:0'
ip link set br1 type bridge mcast_snooping 0 vlan_filtering 1
reach 1 2 0.3
bridge vlan add dev m0 vid 10
bridge vlan add dev m2 vid 10
reach 1 2
bridge fdb show br br1 | grep '02:00:00:00:00:0'
