#!/bin/bash
# ifconfig shows and sets a device: address, netmask, broadcast, MTU, MAC, flags, aliases.
set -v; trap 'echo "exit status $?"' ERR
ip link add eth0 address 02:00:00:00:00:10 type veth peer name far address 02:00:00:00:00:11
ifconfig
ifconfig -a
ifconfig eth0 10.0.0.1 netmask 255.255.255.0 broadcast 10.0.0.255 up
ifconfig far up
ifconfig eth0
ip -4 -o addr show eth0
ifconfig eth0 10.0.0.2/16
ip -4 -o addr show eth0
ifconfig eth0:1 192.168.9.1/24
ifconfig eth0:1
ip -4 -o addr show eth0
ifconfig eth0:1 down
ifconfig eth0 mtu 1400 txqueuelen 500
ifconfig eth0 down
ifconfig eth0 hw ether 02:00:00:00:00:22
ip link show eth0
ifconfig eth0 172.16.0.1
ifconfig eth0
ifconfig eth0 0.0.0.0
ifconfig lo 127.0.0.1 up
ifconfig lo
ifconfig -s
ifconfig eth0 promisc allmulti
ifconfig eth0 | head -1
