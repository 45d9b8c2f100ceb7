#!/bin/bash
# Users set groups by hand: for ever, or as if learned; each form of the list shows them.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge
for n in 1 2; do
    ip link add p$n type veth peer name e$n
    ip link set p$n master br0 up
    ip link set e$n up
done
bridge mdb
ip link set br0 up
bridge mdb add dev br0 port p1 grp 239.1.1.1 permanent
bridge mdb add dev br0 port p2 grp 239.1.1.2
bridge mdb add dev br0 port p2 grp 239.1.1.3 src 10.0.0.9 permanent vid 5
bridge mdb add dev br0 port p1 grp ff05::5 permanent
bridge mdb add dev br0 port p1 grp 01:02:03:04:05:06 permanent
bridge mdb add dev br0 port br0 grp 239.1.1.4 temp
bridge mdb
bridge -d mdb show dev br0
bridge mdb show vid 5
bridge -j mdb
bridge -j -p -d mdb show dev br0 vid 5
bridge -s mdb | grep permanent
ip link set br0 type bridge mcast_igmp_version 3 mcast_mld_version 2
bridge -d mdb
bridge mdb del dev br0 port p1 grp ff05::5
bridge mdb del dev br0 port br0 grp 239.1.1.4
bridge mdb del dev br0 port p2 grp 239.1.1.3 src 10.0.0.9 vid 5
bridge mdb
# What was set for ever stays when its port goes down, and goes when it is a port no more.
ip link set p1 down
ip link set p2 down
bridge mdb
ip link set p1 nomaster
bridge mdb
