#!/bin/bash
# What a connection is like, and what is set in it
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		ct state established,related
		ct state { established, related }
		ct state != invalid
		ct state ! new
		ct state vmap { established : accept, invalid : drop, new : jump other }
		ct direction reply
		ct status & (snat | dnat) == 0
		ct mark & 0x23 == 0x11
		ct mark set meta mark and 0xff or 0x100
		ct helper { "ftp", "sip" }
		ct l3proto ipv4
		ct original protocol tcp
		ct reply ip saddr 10.0.0.1
		ct original bytes > 100000
		ct packets > 5
		ct reply avgpkt 100
		ct zone 5
		ct label 1
		ct label set 127
		ct id 12345
		ct event set new,related,destroy
		ct count over 20
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
