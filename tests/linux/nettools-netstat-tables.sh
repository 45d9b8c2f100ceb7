#!/bin/bash
# netstat -rn and route -n show one table; arp -n and -a show one list.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1
ifconfig veth0 10.0.0.1/24 up
ip link set veth1 up
ifconfig veth0:1 10.0.1.1 netmask 255.255.255.0
ifconfig veth0:1 | head -2
route add default gw 10.0.0.254
route add -net 10.9.0.0 netmask 255.255.0.0 reject
route add -host 10.8.0.1 gw 10.0.0.2
route add default gw 10.77.0.1
route del -net 10.66.0.0 netmask 255.255.0.0
netstat -rn
route -n
netstat -rne
arp -s 10.0.0.5 02:00:00:00:00:05
arp -n
arp -an
arp -d 10.0.0.5
arp -d 10.0.0.6
arp -n
ifconfig veth0:1 down
ifconfig nope
netstat -rn | tail -n +3
