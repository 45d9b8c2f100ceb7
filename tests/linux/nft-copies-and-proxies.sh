#!/bin/bash
# Copies, proxies and answers to SYNs
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook prerouting priority mangle;
		dup to 10.0.0.1
		dup to 10.0.0.1 device lo
		dup to ip saddr map { 1.2.3.4 : 5.6.7.8 } device lo
		tcp dport 80 tproxy to 192.0.2.1:50080
		tcp dport 80 tproxy to :50080
		tcp dport 80 tproxy to 192.0.2.1
		tcp dport 80 tproxy to :50080 meta mark set 1 accept
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
nft -j list chain ip t c
