#!/bin/bash
# A host answers for its addresses on any of its devices, unless arp_filter asks for the way back, or arp_ignore for the device.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add br0 address 02:00:00:00:00:99 type bridge
ip addr add 10.0.0.1/24 dev br0
ip link set br0 up
ip link add p2 type veth peer name eth2 address 02:00:00:00:00:02 netns NS
ip link add p3 type veth peer name eth3 address 02:00:00:00:00:03 netns NS
for n in 2 3; do
    ip link set p$n master br0 up
    ip -n NS addr add 10.0.0.$n/24 dev eth$n
    ip -n NS link set eth$n up
done
replies() {
    : >log
    tcpdump --immediate-mode -lni br0 -Q in arp and ether dst 02:00:00:00:00:99 >seen 2>log &
    until grep -q listening log; do sleep 0.02; done
    arping -q -c1 -I br0 10.0.0.3
    sleep 0.2
    kill $!
    wait $!
    cut -d' ' -f2- seen | grep ARP | sort
}
replies
ip netns exec NS sysctl net.ipv4.conf.all.arp_filter=1
replies
ip netns exec NS sysctl net.ipv4.conf.all.arp_filter=0
ip netns exec NS sysctl net.ipv4.conf.all.arp_ignore=1
replies
