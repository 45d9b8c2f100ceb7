#!/bin/bash
# Fields that are written
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		ip ttl set 5
		ip dscp set cs1
		ip ecn set 1
		ip saddr set 10.0.0.1
		ip id set 0
		tcp dport set 80
		udp dport set 53
		tcp flags set syn
		@th,0,16 set 5
		notrack
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
