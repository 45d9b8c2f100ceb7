#!/bin/bash
# What a rule says twice is listed once
cat > rules <<'END'
table inet t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		meta nfproto ipv4 ip saddr 1.2.3.4
		meta nfproto ipv4 tcp dport 22
		meta l4proto tcp tcp dport 80
		ip protocol tcp tcp dport 80
		meta l4proto tcp th dport 80
		meta l4proto ipv6-icmp icmpv6 type echo-request
		tcp dport 80 tcp sport 90
		ip protocol 6 ip ttl 3
		ip saddr 1.2.3.4 reject
		reject with tcp reset
		meta nfproto ipv4 reject with icmp host-unreachable
		icmpv6 type packet-too-big icmpv6 mtu 1280
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
