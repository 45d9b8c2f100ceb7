#!/bin/bash
# arp_announce: which address of its own a host asks with.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
ip addr add 192.168.9.1/32 dev veth0
ask() {
    : >log
    tcpdump -lni veth0 -c1 arp and host 10.0.0.$1 >seen 2>log &
    until grep -q listening log; do sleep 0.02; done
    ping -q -c1 -W0.1 -I 192.168.9.1 10.0.0.$1 >/dev/null
    wait
    cut -d' ' -f2- seen
}
ask 7
sysctl net.ipv4.conf.veth0.arp_announce=1
ask 8
sysctl net.ipv4.conf.all.arp_announce=2
ask 9
