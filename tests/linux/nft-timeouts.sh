#!/bin/bash
# Elements that go after a time
nft -f - <<'END'
table ip t {
	set a { type ipv4_addr; flags timeout; }
	set b { type ipv4_addr; timeout 5m; }
	set c { type ipv4_addr; flags dynamic,timeout; timeout 1h; size 100; gc-interval 1s; }
}
END
nft list ruleset
nft add element t a { 1.1.1.1 timeout 1s, 2.2.2.2, 3.3.3.3 timeout 1h comment "long" }
nft add element t b { 1.1.1.1, 2.2.2.2 timeout 1s }
nft -s list ruleset | sed 's/ expires [0-9a-z]*//'
sleep 1.3
nft -s list ruleset | sed 's/ expires [0-9a-z]*//'
nft get element t a { 1.1.1.1 }
nft add element t a { 1.1.1.1 } && echo again
