#!/bin/bash
# Fields of IPv6, its extension headers and ICMPv6
cat > rules <<'END'
table ip6 t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		ip6 saddr { ::1, 2001:db8::/32 }
		ip6 dscp cs1
		ip6 flowlabel 22
		ip6 nexthdr { udp, tcp, icmpv6 }
		ip6 hoplimit 1
		ip6 saddr 1234::-1234::5
		exthdr hbh exists
		exthdr frag missing
		hbh nexthdr tcp
		rt type 0
		rt seg-left 3
		srh tag 5
		srh sid[1] dead::beef
		frag more-fragments 1
		frag id 1
		dst hdrlength 5
		mh type { binding-update, home-test }
		icmpv6 type { nd-router-advert, nd-neighbor-solicit }
		icmpv6 code no-route
		icmpv6 mtu 1280
		icmpv6 id 5
		icmpv6 max-delay 33
		ip6 hoplimit set 5
		ip6 dscp set cs3
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
nft -j list chain ip6 t c
