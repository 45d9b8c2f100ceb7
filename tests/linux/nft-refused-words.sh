#!/bin/bash
# Words, values and types that a rule cannot have, and what is said of them.
nft add table ip t
nft add chain ip t c
nft add table ip6 t
nft add chain ip6 t c
nft add set ip t s4 '{ type ipv4_addr; flags dynamic; }'
nft add map ip t m4 '{ type ipv4_addr : mark; }'
rule() { nft add rule ip t c "$@"; }
rule socket foo 1
rule socket cgroupv2 level 1 '"user.slice"'
rule fib daddr check 1
rule fib daddr type unknowntype
rule ip option foo exists
rule dccp option 0 exists
rule limit rate 10
rule limit rate 0/second
rule limit rate until 10/day
rule log level audit prefix x
rule log prefix "$(printf %0130d 0)"
rule log prefix "x$(printf %0130d 0)"
rule ct helper 12345678901234567
rule ct helper '""'
rule ct label 128
rule ct label foo
rule ct secmark set 1
rule meta secmark 1
rule meta secmark set 1
rule secmark 1
rule ip protocol 256
rule ip saddr 10.0.0.0/33
rule queue num 65536
rule queue flags bypass
rule queue num 2 fanout
rule queue to symhash mod 2 offset 65535
rule 'queue flags fanout to oifname map { "eth0" : 0, "ppp0" : 2 }'
rule tcp dport @s4
rule 'add @s4 { tcp dport }'
rule ip saddr vmap @m4
rule meta mark set tcp dport map @m4
rule tcp dport {
# Messages of ICMP that have no such field.
rule icmp type destination-unreachable icmp id 4
rule icmp type echo-request icmp gateway 4
rule icmp type redirect icmp id 4
rule 'icmp type { echo-request, redirect } icmp id 4'
rule icmp id 4 icmp gateway 4
rule icmp mtu 4 icmp id 4
rule icmp type timestamp-request icmp id 4
nft add rule ip6 t c icmpv6 type packet-too-big icmpv6 id 4
nft add rule ip6 t c icmpv6 mtu 4 icmpv6 id 4
nft add rule ip6 t c icmpv6 type parameter-problem icmpv6 mtu 4
nft list ruleset
# What is taken.
rule icmp type != 8 icmp sequence 4
rule ip saddr and 0xff 1
rule ip daddr localhost
rule udplite csumcov 8
rule comp flags 0x0
rule ip ecn ce
rule ip ecn set ect0
rule meta day Friday
rule 'meta day { Saturday, Sunday }'
rule meta rtclassid cosmos
nft list chain ip t c
nft -n list chain ip t c
