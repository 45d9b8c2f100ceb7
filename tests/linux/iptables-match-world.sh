#!/bin/bash
# What a host is like as a whole: encryption, realms, control groups, helpers, processors, shares.
ip link set lo up
o() { iptables -A OUTPUT -p icmp --icmp-type echo-request "$@"; }
o -m policy --dir out --pol none
o -m policy --dir out --pol ipsec
o -m policy --dir out --pol ipsec --strict --proto esp
o -m realm --realm 0
o -m realm --realm 1
o -m realm ! --realm 1
o -m cgroup --cgroup 1
o -m cgroup ! --cgroup 1
o -m helper --helper ftp
o -m helper ! --helper ftp
o -m connlabel --label 5 2>log
o -m connlabel ! --label 5 2>log
o -m connlabel --label 5 --set 2>log
o -m connlabel --label 5 2>log
o -m cluster --cluster-total-nodes 1 --cluster-local-node 1 --cluster-hash-seed 7
# Shares of addresses by a hash with a seed.
for n in 1 2 3 4 5 6 7 8; do
    ip addr add 10.0.0.$n/32 dev lo
    iptables -A INPUT -s 10.0.0.$n -p icmp --icmp-type echo-request -m cluster --cluster-total-nodes 3 --cluster-local-node 1 --cluster-hash-seed 0xdeadbeef
    iptables -A INPUT -s 10.0.0.$n -p icmp --icmp-type echo-request -m cluster --cluster-total-nodes 3 ! --cluster-local-nodemask 5 --cluster-hash-seed 99
done
ping -q -c 1 127.0.0.1 >log
iptables -nvxL OUTPUT 2>log | sed 1,2d
for n in 1 2 3 4 5 6 7 8; do ping -q -c 1 -I 10.0.0.$n 10.0.0.1 >log; done
iptables -nvxL INPUT | sed 1,2d
