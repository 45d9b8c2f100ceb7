#!/bin/bash
# Moments, days and hours
cat > rules <<'END'
table inet t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		meta time "2022-07-01 11:00:00"
		meta time > "2022-07-01"
		meta day { "Monday", "Saturday" }
		meta day 6
		meta hour "17:00"-"19:00"
		meta hour >= "08:30"
		meta hour "17:00:30"
		ct expiration > 4m
		ct expiration { 1m, 1d2h }
		ct expiration 1h-2h
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
