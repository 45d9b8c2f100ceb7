#!/bin/bash
# Fields of the IPv4 header, compared with values, ranges, prefixes, sets and masks
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		ip dscp { cs1, af11, 0x3f }
		ip ecn ect0
		ip length 100-200
		ip id 22
		ip frag-off & 0x1fff != 0
		ip ttl > 5
		ip protocol { tcp, udp, esp }
		ip protocol != { tcp, udp }
		ip checksum 13172
		ip saddr != 10.0.0.0-10.0.0.5
		ip saddr { 10.0.0.0/8, 192.168.0.1, 172.16.0.1-172.16.0.5 }
		ip saddr & 0.0.0.255 == 0.0.0.5
		ip saddr & 255.255.255.0 == 10.0.0.0
		ip ttl 1-10
		ip version 4 ip hdrlength 5
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
