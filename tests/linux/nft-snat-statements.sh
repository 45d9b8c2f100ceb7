#!/bin/bash
# Translations of sources
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type nat hook postrouting priority srcnat;
		snat to 1.2.3.4
		snat to 1.2.3.4-1.2.3.8 persistent
		tcp dport 80 snat to 1.2.3.4-1.2.3.8:1024-65535
		snat to 1.2.3.4 fully-random,persistent
		snat to ip saddr map { 10.0.0.1 : 1.2.3.4, 10.0.0.2 : 1.2.3.5 }
		masquerade
		masquerade random
		tcp dport 80 masquerade to :1024-65535
		masquerade persistent,fully-random
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
