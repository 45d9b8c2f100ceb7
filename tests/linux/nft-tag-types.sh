#!/bin/bash
# What follows a VLAN's tag, tags inside tags, and protocols that contradict them.
nft add table bridge t
nft add chain bridge t c
nft add table netdev t
nft add chain netdev t c
nft add table arp t
nft add chain arp t c
rule() {
	of=$1
	shift
	nft add rule "$of" t c "$@" && nft list chain "$of" t c | sed -n 3p && nft -n list chain "$of" t c | sed -n 3p
	nft flush chain "$of" t c
}
rule bridge vlan type ip
rule bridge vlan type != ip
rule bridge vlan type ip ip saddr 1.2.3.4
rule bridge vlan type ip counter
rule bridge vlan id 1 vlan type ip
rule bridge ether type vlan vlan type ip
rule bridge ether type 8021ad vlan type ip
rule bridge ether type 8021ad vlan id 3 vlan type 8021q
rule bridge ether type 8021ad vlan id 1 vlan type 8021q vlan id 2
rule bridge vlan cfi 1
rule netdev vlan type ip
rule netdev ether type 8021ad vlan id 1 vlan type 8021q vlan id 2
rule bridge meta protocol vlan vlan id 1
rule bridge meta protocol ip vlan id 1
rule arp tcp dport 22
