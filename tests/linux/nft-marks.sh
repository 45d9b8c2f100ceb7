#!/bin/bash
# Marks that are set: from constants, each other, maps, hashes and numbers
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		meta mark set 5
		meta mark set meta mark & 0xff
		meta mark set mark and 0xff0 or 0x4
		meta mark set ct mark & 0xff00
		meta mark set ip saddr map { 1.2.3.4 : 5, 10.0.0.0/8 : 6 }
		meta mark set tcp dport map { 22 : 1, 80 : 2 }
		meta mark set numgen inc mod 2
		meta mark set jhash ip saddr . ip daddr mod 2 seed 0xdeadbeef offset 100
		meta mark set symhash mod 4 offset 5
		meta mark set meta mark lshift 2
		meta mark set (meta mark & 0xf) << 4
		meta mark set meta mark xor 0x5
		ct mark set mark
		meta priority set 1:10
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
