#!/bin/bash
# The chains of libvirt's filter clean-traffic for a guest, made, put in place, held to and taken away.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add vnet$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set vnet$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
e() { ebtables --concurrent -t nat "$@"; }
M=02:00:00:00:00:01
# What an earlier run may have left is taken away first.
e -D PREROUTING -i vnet1 -j libvirt-J-vnet1
e -L libvirt-J-vnet1
e -F libvirt-J-vnet1
e -X libvirt-J-vnet1
e -N libvirt-J-vnet1
e -N J-vnet1-mac
e -A libvirt-J-vnet1 -j J-vnet1-mac
e -A J-vnet1-mac -s $M -j RETURN
e -A J-vnet1-mac -j DROP
e -N J-vnet1-ipv4-ip
e -A libvirt-J-vnet1 -p ipv4 -j J-vnet1-ipv4-ip
e -A J-vnet1-ipv4-ip -p ipv4 --ip-source 0.0.0.0 --ip-protocol 17 -j RETURN
e -A J-vnet1-ipv4-ip -p ipv4 --ip-source 10.0.0.1 -j RETURN
e -A J-vnet1-ipv4-ip -j DROP
e -A libvirt-J-vnet1 -p ipv4 -j ACCEPT
e -N J-vnet1-arp-mac
e -A libvirt-J-vnet1 -p arp -j J-vnet1-arp-mac
e -A J-vnet1-arp-mac -p arp --arp-mac-src $M -j RETURN
e -A J-vnet1-arp-mac -j DROP
e -N J-vnet1-arp-ip
e -A libvirt-J-vnet1 -p arp -j J-vnet1-arp-ip
e -A J-vnet1-arp-ip -p arp --arp-ip-src 10.0.0.1 -j RETURN
e -A J-vnet1-arp-ip -j DROP
e -A libvirt-J-vnet1 -p arp -j ACCEPT
e -N J-vnet1-rarp
e -A libvirt-J-vnet1 -p 0x8035 -j J-vnet1-rarp
e -A J-vnet1-rarp -p 0x8035 -s $M -d Broadcast --arp-op Request_Reverse --arp-ip-src 0.0.0.0 --arp-ip-dst 0.0.0.0 --arp-mac-src $M --arp-mac-dst $M -j ACCEPT
e -A J-vnet1-rarp -j DROP
e -A libvirt-J-vnet1 -p 0x835 -j ACCEPT
e -A libvirt-J-vnet1 -d 01:80:c2:00:00:00 --stp-type config -j DROP
e -A libvirt-J-vnet1 -p 0x86dd --ip6-source fe80::/10 --ip6-protocol ipv6-icmp --ip6-icmp-type 135:136/0:255 -j ACCEPT
e -A libvirt-J-vnet1 -j DROP
e -N libvirt-P-vnet1
e -A libvirt-P-vnet1 -p ipv4 -j ACCEPT
e -A libvirt-P-vnet1 -p arp -j ACCEPT
e -A libvirt-P-vnet1 -j DROP
e -A PREROUTING -i vnet1 -j libvirt-J-vnet1
e -A POSTROUTING -o vnet1 -j libvirt-P-vnet1
# The new chains take the old ones' names.
for c in mac ipv4-ip arp-mac arp-ip rarp; do e -E J-vnet1-$c I-vnet1-$c; done
e -E libvirt-J-vnet1 libvirt-I-vnet1
e -E libvirt-P-vnet1 libvirt-O-vnet1
ebtables-save -t nat | grep -v '^#'
e -L I-vnet1-rarp
ip netns exec h1 ping -c1 -W1 10.0.0.2 | grep -o '. received'
ip -n h1 addr add 10.0.0.7/24 dev eth0
ip netns exec h1 ping -c1 -W1 -I 10.0.0.7 10.0.0.2 | grep -o '. received'
ip netns exec h1 arping -c1 -w1 -I eth0 -s 10.0.0.7 10.0.0.2 | grep -o 'Received.*'
ip -n h1 link set eth0 address 02:00:00:00:00:08
ip netns exec h1 ping -c1 -W1 10.0.0.2 | grep -o '. received'
ebtables -t nat -L libvirt-I-vnet1 --Lc | grep -c 'pcnt = [1-9]'
# When the guest goes.
e -D PREROUTING -i vnet1 -j libvirt-I-vnet1
e -D POSTROUTING -o vnet1 -j libvirt-O-vnet1
for c in libvirt-I-vnet1 libvirt-O-vnet1 I-vnet1-mac I-vnet1-ipv4-ip I-vnet1-arp-mac I-vnet1-arp-ip I-vnet1-rarp; do e -F $c; done
for c in libvirt-I-vnet1 libvirt-O-vnet1 I-vnet1-mac I-vnet1-ipv4-ip I-vnet1-arp-mac I-vnet1-arp-ip I-vnet1-rarp; do e -X $c; done
ebtables -t nat -L
