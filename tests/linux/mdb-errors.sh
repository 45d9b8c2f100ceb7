#!/bin/bash
# What bridge mdb refuses.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge
ip link add br1 type bridge
ip link set br1 up
ip link add p1 type veth peer name e1
ip link set p1 master br0
bridge mdb add dev br0 port p1 grp 239.1.1.1
ip link set br0 up
bridge mdb add dev br0 port p1 grp 239.1.1.1
bridge mdb add dev br0 port p1 grp 239.1.1.1 permanent
bridge mdb add dev br0 port p1 grp 239.1.1.1 permanent
bridge mdb add dev br0 port p1 grp 239.1.1.2 src 10.0.0.1 permanent
bridge mdb add dev br0 port p1 grp 239.1.1.2 src 10.0.0.1 permanent
bridge mdb add dev br0 port br0 grp 239.1.1.1
bridge mdb add dev br0 port br0 grp 239.1.1.1
bridge mdb add dev br0 port br0 grp 239.1.1.3 permanent
bridge mdb add dev br0 port br0 grp 239.1.1.3 src 10.0.0.1
bridge mdb add dev br0 port p1 grp 01:02:03:04:05:06
bridge mdb add dev br0 port p1 grp 00:02:03:04:05:06 permanent
bridge mdb add dev br0 port p1 grp 01:02:03:04:05:06 src 10.0.0.1 permanent
bridge mdb add dev br0 port e1 grp 239.1.1.1 permanent
bridge mdb add dev br0 port br1 grp 239.1.1.1 permanent
bridge mdb add dev p1 port p1 grp 239.1.1.1 permanent
bridge mdb add dev br0 port p1 grp 10.1.1.1 permanent
bridge mdb add dev br0 port p1 grp 0.0.0.0 permanent
bridge mdb add dev br0 port p1 grp 224.0.0.1 permanent
bridge mdb add dev br0 port p1 grp ff02::1 permanent
bridge mdb add dev br0 port p1 grp foo permanent
bridge mdb add dev br0 port p1 grp 239.1.1.4 vid 4095 permanent
bridge mdb add dev br0 port p1 grp 239.1.1.4 src foo permanent
bridge mdb add dev br0 port p1 grp 239.1.1.4 src 239.1.1.1 permanent
bridge mdb add dev br0 port p1 grp 239.1.1.4 src fe80::1 permanent
bridge mdb add dev br0 port p1
bridge mdb add dev br0 grp 239.1.1.1
bridge mdb add dev nope port p1 grp 239.1.1.1
bridge mdb add dev br0 port nope grp 239.1.1.1
bridge mdb del dev br0 port p1 grp 239.7.7.7
bridge mdb del dev br1 port p1 grp 239.1.1.1
bridge mdb show dev nope
bridge mdb bogus
ip link set br0 type bridge mcast_snooping 0
bridge mdb add dev br0 port p1 grp 239.1.1.9 permanent
bridge mdb del dev br0 port p1 grp 239.1.1.1
# So many groups and no more: then nobody snoops.
ip link set br0 type bridge mcast_snooping 1 mcast_hash_max 3
bridge mdb add dev br0 port p1 grp 239.1.1.9 permanent
bridge mdb add dev br0 port p1 grp 239.1.1.10 permanent
ip -d link show br0 | grep -o 'mcast_snooping .'
