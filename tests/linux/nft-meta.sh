#!/bin/bash
# What goes with a packet
cat > rules <<'END'
table inet t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		meta length > 1000
		meta nfproto ipv4
		meta l4proto 6-17
		meta protocol { ip, arp }
		meta priority 1:2
		meta priority none
		meta mark and 0x3 == 0x1
		meta mark { 1, 2, 3-5 }
		meta mark xor 0x3 == 0x1
		iif lo
		iif { lo }
		iifname eth*
		iifname { "eth0", "lo", "br0" }
		meta iiftype ether
		iifgroup default
		meta iifkind "bridge"
		meta skuid 1000-2000
		meta skgid root
		meta pkttype { unicast, multicast }
		meta cpu 0-3
		meta cgroup 1048577
		meta random < 2147483648
		meta ipsec exists
		meta rtclassid cosmos
	}
}
END
nft -f rules
nft list ruleset
# What is listed can be loaded, and lists the same.
nft list ruleset > one
nft flush ruleset
nft -f one
nft list ruleset > two
[ "$(<one)" = "$(<two)" ] && echo same
# As JSON.
nft -j list chain inet t c
