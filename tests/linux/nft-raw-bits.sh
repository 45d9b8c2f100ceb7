#!/bin/bash
# Bits without a name, and those that have one
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		@th,0,16 53
		@th,16,16 53
		@nh,0,4 4
		@ll,0,48 0x112233445566
		@ih,0,32 0xdeadbeef
		@th,0,32 & 0xffff0000 == 0x10000
		ether saddr { 00:11:22:33:44:55, 66:77:88:99:aa:bb }
		ether type ip
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
