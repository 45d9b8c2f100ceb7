#!/bin/bash
# What is logged, and how
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		log
		log prefix "hello "
		log prefix hello level info
		log level debug
		log level warn
		log level audit
		log group 2 snaplen 33 queue-threshold 20 prefix "x"
		log group 0
		log flags all
		log flags tcp sequence,options
		log flags tcp sequence,options flags ip options flags skuid flags ether
		log prefix "a: b" flags skuid drop
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
