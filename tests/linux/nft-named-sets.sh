#!/bin/bash
# Named sets of each type, and how many of their elements stand in a line
cat > rules <<'END'
table ip t {
	set s2 { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/8, 192.168.0.1, 172.16.0.1-172.16.0.9 } }
	set s3 { typeof ip saddr . tcp dport; counter; elements = { 1.2.3.4 . 80 counter packets 5 bytes 6, 1.2.3.5 . 81 } }
	set s5 { type ipv4_addr; size 65535; policy memory; gc-interval 10s; timeout 5m; comment "hey"; }
	set s6 { type ifname; flags interval; elements = { "eth*", "lo", "br0" } }
	set s7 { type ifname; elements = { eth0, lo, br0, abc } }
	set s8 { type mark; elements = { 1, 5, 3, 0x100 } }
	set s9 { type ifname . ipv4_addr . inet_service; flags interval; elements = { lo . 10.0.0.0/8 . 80-90, "eth0" . 1.2.3.4 . 22 } }
	set s10 { type inet_service; elements = { 1,2,3,4,5,6,7,8,9,10,11,12,13,14 } }
	set s11 { type ipv4_addr; elements = { 1.1.1.1, 2.2.2.2, 3.3.3.3, 4.4.4.4, 5.5.5.5 } }
	set s12 { type ether_addr; elements = { 00:11:22:33:44:55, 00:11:22:33:44:56, 01:11:22:33:44:57 } }
	set s13 { type inet_proto; elements = { tcp, udp, icmp, 99 } }
	set s14 { type ct_state; elements = { new, established } }
	set s15 { typeof meta iifname . ip saddr; flags timeout; }
	set s17 { type ipv4_addr; flags constant; elements = { 1.1.1.1 } }
	set s20 { type icmp_type; elements = { echo-request, 5 } }
	set s21 { type dscp; elements = { cs1, 0x3 } }
	set cc { type ipv4_addr . inet_service; flags dynamic; }
}
END
nft -f rules
nft list ruleset
nft list ruleset > one
nft flush ruleset
nft -f one
nft list ruleset > two
[ "$(<one)" = "$(<two)" ] && echo same
nft -t list sets
nft -j list sets
nft -a list set t s2
