#!/bin/bash
# Several counters of one rule count each for itself, those behind a part that does not match not at all.
nft -f - <<END
table ip t {
	chain in {
		type filter hook input priority 0;
		counter icmp type echo-request counter packets 3 bytes 100 meta length > 100 counter
		counter counter packets 7 bytes 8 counter accept
	}
}
END
ip link set lo up
ping -c 2 -i 0.2 127.0.0.1 > /dev/null
ping -c 1 -s 200 127.0.0.1 > /dev/null
nft list ruleset
nft -s list ruleset
nft -j list chain ip t in
