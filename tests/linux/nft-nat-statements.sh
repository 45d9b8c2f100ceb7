#!/bin/bash
# Translations to addresses, ports, ranges and maps
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type nat hook prerouting priority dstnat;
		tcp dport 80 dnat to 10.0.0.1:8080
		tcp dport 81 dnat to :8080
		dnat to 10.0.0.1-10.0.0.5 random
		dnat ip to tcp dport map { 80 : 10.0.0.1 . 8080, 443 : 10.0.0.2 . 8443 }
		dnat to tcp dport map { 80 : 10.0.0.1, 443 : 10.0.0.2 }:8080
		dnat to numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }
		dnat to symhash mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 } persistent
		redirect
		tcp dport 80 redirect to 8080
		tcp dport 80 redirect to :8080-8090 random
		tcp dport 80 redirect to :tcp dport map { 80 : 8080, 443 : 8443 }
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
