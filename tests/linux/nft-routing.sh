#!/bin/bash
# What routing said of a packet that leaves
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook output priority 0;
		rt classid cosmos
		rt nexthop 192.168.0.1
		rt mtu 1400
		rt ipsec exists
		ipsec out spnum 1 spi 5
		oif lo
		oifgroup { 1, 2 }
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
