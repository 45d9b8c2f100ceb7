#!/bin/bash
# Each answer of reject, in a table of both families
cat > rules <<'END'
table inet t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		reject
		reject with icmpx admin-prohibited
		reject with icmpx type no-route
		reject with icmp host-unreachable
		reject with icmpv6 policy-fail
		tcp dport 80 reject with tcp reset
		ip6 saddr ::1 reject
		ip6 nexthdr 6 reject with tcp reset
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
