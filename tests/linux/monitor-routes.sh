#!/bin/bash
# What `ip monitor` tells of routes, rules and next hop objects.
set -v; trap 'echo "exit status $?"' ERR
# What is told while some commands run.
watch() {
    commands=$(cat)
    echo "$(ip "$@" 2>&1 & monitor=$!; sleep 1; eval "$commands"; sleep 1; kill $monitor; wait $monitor)"
}
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up; ip link set v1 up
ip addr add 10.0.0.1/24 dev v0
sleep 0.3
watch monitor all <<'X'
ip route add 10.1.0.0/16 via 10.0.0.2
ip route replace 10.1.0.0/16 via 10.0.0.3
ip route change 10.1.0.0/16 via 10.0.0.4 mtu 1400
ip route append 10.1.0.0/16 via 10.0.0.5
ip route del 10.1.0.0/16
ip route add 10.2.0.0/16 nexthop via 10.0.0.2 nexthop via 10.0.0.3 weight 2
ip route add blackhole 10.3.0.0/16 table 7
ip route add 10.1.0.0/16 via 10.9.9.9
ip route flush 10.1.0.0/16
X
watch monitor rule <<'X'
ip rule add from 1.1.1.1 table 5 pref 9
ip rule add ipproto tcp dport 80 goto 99 pref 10
ip rule del pref 9
ip rule del pref 9
X
watch monitor nexthop route <<'X'
ip nexthop add id 1 via 10.0.0.2 dev v0
ip nexthop add id 2 via 10.0.0.3 dev v0
ip nexthop add id 3 group 1/2
ip route add 10.4.0.0/16 nhid 1
ip route add 10.5.0.0/16 nhid 3
ip nexthop replace id 1 via 10.0.0.4 dev v0
ip nexthop replace id 3 group 2
ip nexthop replace id 3 group 2/1
ip nexthop del id 2
ip nexthop del id 1
X
ip nexthop add id 1 via 10.0.0.2 dev v0
watch monitor nexthop <<'X'
ip link set v0 down
X
ip nexthop
