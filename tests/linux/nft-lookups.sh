#!/bin/bash
# What routing and sockets say
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook prerouting priority 0;
		fib saddr oif exists
		fib saddr . iif oif missing
		fib saddr . iif oif lo
		fib daddr type { local, broadcast }
		fib daddr . iif type != local
		fib saddr oifname "eth0"
		fib saddr . mark . iif oif missing
		socket transparent 1
		socket mark 5
		socket wildcard 1
		numgen random mod 100 < 50
		symhash mod 2 1
		ipsec in reqid 1
		ipsec in ip saddr 10.0.0.1
		osf name "Linux"
		osf ttl loose name { "Linux", "Windows" }
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
