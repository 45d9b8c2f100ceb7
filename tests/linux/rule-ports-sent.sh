#!/bin/bash
# Rules by protocol and port meet what is made here: the datagrams of UDP, and ICMP messages, whose
# type and code Linux keeps where a destination port would be.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 type veth peer name far0
for dev in eth0 far0; do ip link set $dev up; done
ip addr add 10.0.0.1/24 dev eth0
quiet() { "$@" 2>&1 | sed 's/ [0-9.]* ms//; /^$/d; /^rtt/d; s/time.*//'; }
ip rule add ipproto udp dport 33434-33440 prohibit pref 0
ip rule
traceroute -n -q1 -w1 -m1 10.0.0.1
ip rule del pref 0 prohibit
quiet traceroute -n -q1 -w1 -m1 10.0.0.1
# An echo request is of type 8 and code 0: 8 * 256.
ip rule del pref 0
ip rule add pref 100 lookup local
ip rule add ipproto icmp dport 2048 prohibit pref 10
quiet ping -c1 -W1 10.0.0.1
ip rule del pref 10
ip rule add ipproto icmp dport 2049 prohibit pref 10
quiet ping -c1 -W1 10.0.0.1
ip rule del pref 10
ip rule add ipproto icmp sport 1-65534 prohibit pref 10
quiet ping -c1 -W1 10.0.0.1
ip rule del pref 10
ip rule add not ipproto icmp prohibit pref 10
quiet ping -c1 -W1 10.0.0.1
traceroute -n -q1 -w1 -m1 10.0.0.1
