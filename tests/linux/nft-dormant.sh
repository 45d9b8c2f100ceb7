#!/bin/bash
# A table that sleeps, and comments of tables, chains and rules
nft -f - <<'END'
table ip t {
	flags dormant
	comment "asleep"
	chain c {
		comment "a chain"
		type filter hook input priority 0; policy accept;
		tcp dport 22 accept comment "a rule"
	}
}
END
nft list ruleset
nft add table ip t
nft list ruleset
nft "add table ip t { flags dormant; }"
nft list tables
nft -a list ruleset
