#!/bin/bash
# ipv6
# A family before `link` changes nothing, before `addr` it leaves out what that family does not know;
# a name of a namespace is for text alone, and neighbours have a brief form.
set -v; trap 'echo "exit status $?"' ERR
sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0
ip netns add NS
ip link add br0 address 02:00:00:00:00:01 type bridge mcast_snooping 0
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip link set veth0 alias "to NS" master br0
ip tuntap add tun0 mode tun
ip addr add 10.0.0.1/24 dev br0
ip addr add 10.0.0.7/24 dev veth0
ip -6 addr add 2001:db8::1/64 dev br0
ip link set br0 up
ip link set veth0 up
ip -n NS link set veth1 up
sleep 0.3
ip -4 link show veth0
ip -6 link show veth0
ip -6 -br link
ip -6 addr | grep veth0
ip -6 -br addr
ip -6 -d addr | grep -A1 veth0
ip -4 -d addr show veth0 | sed 's/promiscuity.*//; /bridge_slave/d'
ip -j link show veth0 | grep -o '"link_net.*'
ip -6 -j addr | grep -o '"ifname":"veth0".*operstate'
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:99 dev br0
ip neigh add 10.0.0.8 nud failed dev br0
ip neigh add 2001:db8::9 lladdr 02:00:00:00:00:97 nud stale router dev br0
ip neigh add proxy 10.0.0.6 dev br0
ip -br neigh | sort
ip -br -s neigh show dev br0 nud permanent
ip -br -4 -j neigh show nud permanent
ip -br neigh show proxy
ip -br neigh get 10.0.0.9 dev br0
# No groups of a link layer that has none, and one to an object where lines are joined.
ip maddr show lo
ip maddr show tun0
ip -o -j -4 maddr show veth0
ip -0 -o -j maddr show dev tun0
ip -s -s link show tun0 | tail -2
