#!/bin/bash
# What is only checked changes nothing; a refused step is marked in its line
cat > good <<'END'
table ip t {
	chain c { tcp dport 22 accept; }
}
END
nft -c -f good && nft list ruleset
nft -f good
cat > bad <<'END'
add chain ip t d
add rule ip t d counter
add rule ip t e counter
delete chain ip t nowhere
END
nft -f bad
nft -c -f bad
nft list ruleset
