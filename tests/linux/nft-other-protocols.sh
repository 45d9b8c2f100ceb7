#!/bin/bash
# Fields of UDP, UDP-Lite, SCTP, DCCP, AH, ESP, IPComp, ICMP and IGMP
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		udp sport 53 udp length > 20
		udplite dport 80
		sctp dport 9899
		sctp vtag 33
		sctp chunk data exists
		sctp chunk init num-outbound-streams 5
		dccp dport 22
		dccp type { request, response }
		ah spi 12
		ah hdrlength 11-23
		esp spi 100
		comp cpi 22
		icmp type { echo-reply, echo-request }
		icmp type 3 icmp code 4
		icmp id 42
		icmp type echo-request icmp sequence 1-5
		icmp mtu 1500
		igmp type membership-query
		igmp mrt 10
		th dport 53
		meta l4proto { tcp, udp } th dport 53
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
