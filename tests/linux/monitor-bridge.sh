#!/bin/bash
# What `ip monitor` and `bridge monitor` tell of bridges: ports that come and go, entries of the
# forwarding database, groups.
set -v; trap 'echo "exit status $?"' ERR
# What each tells while some commands run.
told() {
    commands=$(cat)
    ip -o monitor label link >ip.told 2>&1 & one=$!
    bridge monitor all >bridge.told 2>&1 & two=$!
    sleep 0.5; eval "$commands"; sleep 1.5
    kill $one $two; wait $one $two
    # Where a bridge can filter VLANs, its stations are in VLAN 1 too.
    cat ip.told; grep -v ' vlan 1 ' bridge.told
}
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
told <<'X'
ip link add br0 type bridge mcast_snooping 0
X
told <<'X'
ip link set br0 address 02:00:00:00:00:99
X
# Ports are told of once more when their time in a state that they do not stay in is over.
ip link set br0 type bridge forward_delay 0
for n in 1 2; do ip link add p$n address 02:00:00:00:00:0$n type veth peer name q$n address 02:00:00:00:01:0$n; done
# The first port, and another.
told <<'X'
ip link set p1 master br0
X
told <<'X'
ip link set p2 master br0
X
# A port that is up before the bridge is.
ip link set q1 up; ip link set p1 up; sleep 1
told <<'X'
ip link set br0 up
X
# One that comes up behind it.
ip link set q2 up
told <<'X'
ip link set p2 up
X
told <<'X'
bridge link set dev p1 learning off
bridge link set dev p1 learning on
X
# Stations.
told <<'X'
bridge fdb add 02:00:00:00:00:aa dev p1 master static
bridge fdb add 02:00:00:00:00:ab dev p1 self
bridge fdb replace 02:00:00:00:00:aa dev p2 master dynamic
bridge fdb replace 02:00:00:00:00:aa dev p2 master dynamic
bridge fdb add 02:00:00:00:00:ac dev p2 master extern_learn
bridge fdb del 02:00:00:00:00:aa dev p2 master
bridge fdb del 02:00:00:00:00:ab dev p1 self
bridge link set dev p1 learning on
X
# What was learned is forgotten.
told <<'X'
ip link set br0 type bridge fdb_flush
X
# What a port's device is told of.
told <<'X'
ip link set p2 mtu 1400
ip link set p2 address 02:00:00:00:00:22
X
told <<'X'
ip link set p2 down
X
ip link set p1 down; sleep 1.5
told <<'X'
ip link set p2 nomaster
X
ip link set p1 up
# Groups.
ip link set br0 type bridge mcast_snooping 1
told <<'X'
bridge mdb add dev br0 port p1 grp 239.1.1.1 permanent
bridge mdb add dev br0 port br0 grp 239.1.1.3
bridge mdb del dev br0 port p1 grp 239.1.1.1
bridge link set dev p1 learning on
X
bridge monitor nosuch
bridge monitor file
bridge monitor link all & monitor=$!
sleep 0.3
kill $monitor
wait $monitor
