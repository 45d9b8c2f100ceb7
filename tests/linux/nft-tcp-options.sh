#!/bin/bash
# Options of TCP by name and number: whether they are there, and what they say
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook forward priority 0;
		tcp option mss exists
		tcp option maxseg size 1400-1500
		tcp option window count 7
		tcp option sack-perm exists
		tcp option sack0 left 1
		tcp option sack1 right 5
		tcp option timestamp tsval 1
		tcp option fastopen exists
		tcp option md5sig missing
		tcp option mptcp subtype 0
		tcp option 255 exists
		tcp option 8 missing
		tcp option maxseg size set 1360
		tcp option maxseg size set rt mtu
		reset tcp option fastopen
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
