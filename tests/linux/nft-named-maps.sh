#!/bin/bash
# Named maps: to values, verdicts and objects
cat > rules <<'END'
table ip t {
	counter cnt { }
	chain other { }
	map mm { type inet_service : ipv4_addr . inet_service; elements = { 80 : 1.1.1.1 . 8080, 443 : 1.1.1.2 . 8443 } }
	map mk { type ipv4_addr : mark; flags interval; elements = { 10.0.0.0/8 : 0x1, 1.1.1.1 : 2 } }
	map vm { type ipv4_addr : verdict; elements = { 1.1.1.1 : accept, 2.2.2.2 : jump other, 3.3.3.3 comment "hi" : drop } }
	map om { type ipv4_addr : counter; elements = { 1.1.1.1 : "cnt" } }
	map oq { type ipv4_addr : quota; }
	map ol { type ipv4_addr : limit; }
	map tm { typeof ip saddr . tcp dport : meta mark; elements = { 1.1.1.1 . 80 : 5 } }
	map im { type ipv4_addr : interval ipv4_addr; flags interval; elements = { 10.1.1.0-10.1.1.255 : 10.0.0.1-10.0.0.5 } }
	map ms { type ifname : verdict; counter; elements = { "lo" counter packets 1 bytes 2 : accept, * counter packets 3 bytes 4 : drop } }
	chain c {
		meta mark set ip saddr map @mk
		ip saddr vmap @vm
		iifname vmap @ms
		meta mark set ip saddr . tcp dport map @tm
	}
}
END
nft -f rules
nft list ruleset
nft -j list maps
nft list map t vm
nft delete map t vm
nft add element t vm { 9.9.9.9 : goto other, 1.2.3.4 : accept }
nft add element t vm { 8.8.8.8 : goto nowhere }
nft delete element t vm { 1.1.1.1 }
nft list map t vm
