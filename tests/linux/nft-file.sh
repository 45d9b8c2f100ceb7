#!/bin/bash
# A file is one transaction: variables, blocks, several statements in a line, all or nothing.
set -v; trap 'echo "exit status $?"' ERR
nft -f - <<'END'
#!/usr/sbin/nft -f
define lan = 10.0.0.0/8
define ports = { 22, 80 }
flush ruleset
table inet f {
	chain in {
		type filter hook input priority 0; policy accept;
		# of the network
		ip saddr $lan tcp dport $ports accept
		ip6 saddr fe80::/10 accept; icmpv6 type nd-neighbor-solicit accept
		jump c
	}
	chain c { }
}
END
nft list ruleset
nft -a list ruleset
nft -f - <<'END'
add table ip y
add chain ip y c
add rule inet f in tcp dport 99999
END
nft list tables
nft -f - <<'END'
add table ip y
add chain ip y c
delete rule inet f in handle 99
END
nft list tables
nft -c -f - <<'END'
add table ip y
END
nft list tables
nft list ruleset > rules
nft flush ruleset
nft -f rules
nft list ruleset
rm rules
