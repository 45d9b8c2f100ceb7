#!/bin/bash
# Fields and flags of TCP
cat > rules <<'END'
table ip t {
	chain other {
	}

	chain c {
		type filter hook input priority 0;
		tcp sport 1024-65535 tcp dport 22
		tcp dport { 22, 80, 443 }
		tcp dport != { 22, 80-90 }
		tcp flags syn
		tcp flags & (fin | syn | rst | ack) == syn
		tcp flags & syn != 0
		tcp flags syn,ack
		tcp flags != syn / syn,ack
		tcp flags == syn
		tcp flags ! syn,rst
		tcp sequence 0
		tcp ackseq 22-44
		tcp doff 8
		tcp window 22222
		tcp urgptr 1
		tcp dport ssh
		tcp dport {22}
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
