#!/bin/bash
# Variables, alone, in each other and in sets; files that are read in
cat > more <<'END'
define servers = { 10.0.0.1, 10.0.0.2 }
END
cat > rules <<'END'
include "./more"
define lan = 192.168.0.0/16
define ports = { 22, 80 }
define both = { $servers, 10.0.1.0/24 }
define dev = "eth0"
table ip t {
	set s {
		type ipv4_addr
		flags interval
		elements = $both
	}
	chain c {
		type filter hook input priority filter; policy drop;
		iifname $dev ip saddr $lan tcp dport $ports accept
		ip saddr { $lan, 1.2.3.4 } accept
		ip daddr $servers drop
	}
}
END
nft -f rules
nft list ruleset
