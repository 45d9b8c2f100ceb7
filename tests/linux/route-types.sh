#!/bin/bash
# Route types: unicast, local, broadcast, blackhole, unreachable, prohibit, throw; and what a local sender is told.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far0 address 02:00:00:00:00:11
ip link add eth1 address 02:00:00:00:00:20 type veth peer name far1 address 02:00:00:00:00:21
for dev in eth0 far0 eth1 far1; do ip link set $dev up; done
ip addr add 10.139.128.20/24 dev eth0
ip addr add 10.0.2.20/24 dev eth1
ip route add blackhole 10.1.0.0/16
ip route add unreachable 10.2.0.0/16
ip route add prohibit 10.3.0.0/16
ip route add throw 10.4.0.0/16
ip route add local 10.5.0.0/16 dev lo
ip route add broadcast 10.6.0.255 dev eth0
ip route add unicast 10.7.0.0/16 via 10.139.128.1
ip route
ip route show type blackhole
ip route show table all type local
for n in 1 2 3 4 5 6.0.255 7; do ip route get 10.$n; done
ping -c1 -W1 10.1.0.1
ping -c1 -W1 10.2.0.1
ping -c1 -W1 10.3.0.1
ping -c1 -W1 10.4.0.1
ping -c1 -W1 10.5.0.1
ping -c1 -W1 10.6.0.255
ip -j route show 10.1.0.0/16
ip route del blackhole 10.1.0.0/16
ip route del blackhole 10.2.0.0/16
ip route del 10.2.0.0/16
ip route add unreachable default metric 4278198272
ip route
