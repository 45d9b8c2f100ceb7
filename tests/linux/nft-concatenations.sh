#!/bin/bash
# Keys of several parts, in sets, maps and maps of verdicts
cat > rules <<'END'
table inet t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		ip saddr . tcp dport { 1.1.1.0/24 . 80-90, 1.1.1.1 . 443 }
		ip saddr . ip daddr . tcp dport { 1.2.3.4 . 5.6.7.8 . 80 }
		ip saddr . tcp dport vmap { 1.1.1.1 . 80 : accept, 2.2.2.2 . 81 : drop }
		meta l4proto . th dport { tcp . 22, udp . 53 }
		iifname . ip saddr { "eth0" . 1.2.3.4, "lo" . 10.0.0.0/8 }
		meta mark . ip saddr { 0x1 . 1.2.3.4 }
		ct state . meta mark { new . 0x1 }
		ip6 saddr . tcp dport { ::1 . 80 }
		tcp dport vmap { 22 : accept, 80-90 : drop, * : continue }
		ip saddr vmap { 10.0.0.0/8 : jump other, 1.0.0.0-1.0.0.5 : drop }
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
