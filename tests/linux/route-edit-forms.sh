#!/bin/bash
# ip route add, append, prepend, change and replace, and what stands afterwards.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
ip addr add 10.0.0.1/24 dev veth0
ip link set veth0 up
ip link set veth1 up
ip route add 10.1.0.0/16 via 10.0.0.2
ip route add 10.1.0.0/16 via 10.0.0.3
ip route append 10.1.0.0/16 via 10.0.0.3
ip route prepend 10.1.0.0/16 via 10.0.0.4
ip route show 10.1.0.0/16
ip route change 10.1.0.0/16 via 10.0.0.5
ip route show 10.1.0.0/16
ip route replace 10.1.0.0/16 via 10.0.0.6 metric 20
ip route change 10.1.0.0/16 via 10.0.0.7 metric 30
ip route replace 10.2.0.0/16 via 10.0.0.6
ip route show root 10.0.0.0/8
ip route show match 10.1.2.3
ip route show exact 10.2.0.0/16
ip route show via 10.0.0.6
ip route show proto kernel
ip route show scope link
ip route show dev veth1
ip route show table main type unicast
ip route del 10.1.0.0/16 via 10.0.0.9
ip route flush 10.1.0.0/16
ip route
ip route flush proto boot
ip route
