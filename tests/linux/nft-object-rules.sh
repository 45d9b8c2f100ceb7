#!/bin/bash
# Rules that use objects with a name, alone or by a map; such an object is not deleted
nft -f - <<'END'
table ip t {
	counter a { }
	counter b { packets 3 bytes 4 }
	quota q { over 10 mbytes }
	limit l { rate 10/second }
	ct helper ftph { type "ftp" protocol tcp; }
	map om { type ipv4_addr : counter; elements = { 1.1.1.1 : "a", 2.2.2.2 : "b" } }
	chain c {
		counter name "a"
		quota name q drop
		limit name "l" accept
		counter name tcp dport map { 80 : "a", 443 : "b" }
		counter name ip saddr map @om
		tcp dport 21 ct helper set "ftph"
	}
}
END
nft list ruleset
nft -j list ruleset
nft delete counter t a
nft delete counter t none
nft flush chain t c
nft flush map t om
nft delete counter t a && nft list counters
nft create counter t b
nft add counter t b && echo there
