#!/bin/bash
# Rules that put elements into sets and maps
nft -f - <<'END'
table ip t {
	set s { type ipv4_addr; flags dynamic,timeout; timeout 1h; size 100; }
	set cc { type ipv4_addr . inet_service; flags dynamic; }
	map m { type ipv4_addr : ipv4_addr; flags dynamic,timeout; }
	chain c {
		add @s { ip saddr }
		add @s { ip saddr timeout 5m }
		update @s { ip saddr timeout 1h30m counter }
		update @s { ip saddr limit rate 10/second }
		add @s { ip saddr quota over 5 mbytes }
		add @s { ip saddr counter limit rate over 5/minute burst 3 packets } drop
		delete @s { ip saddr }
		add @m { ip saddr : ip daddr }
		update @m { ip saddr timeout 5s : 1.2.3.4 }
		add @cc { ip saddr . tcp dport }
		set update ip saddr timeout 5m @s
	}
}
END
nft list ruleset
nft -j list chain t c 2>/dev/null
nft delete set t s
nft add rule t c add @none { ip saddr }
