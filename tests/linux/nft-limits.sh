#!/bin/bash
# Limits and quotas in their units
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		limit rate over 10/minute burst 20 packets
		limit rate 10/hour burst 5 packets
		limit rate 400/day
		limit rate 1/week
		limit rate 10 kbytes/second
		limit rate 1 mbytes/second burst 3 mbytes
		limit rate 1023 bytes/minute burst 1024 bytes
		quota 25 mbytes
		quota over 1 kbytes
		quota until 33 mbytes used 4 mbytes
		quota 1000 bytes used 5 bytes
		counter packets 5 bytes 100
		counter
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
