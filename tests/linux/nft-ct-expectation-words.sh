# What can be said of connections that rules have be waited for, and how it is listed.
nft add table ip t
nft add table ip6 t
nft add table inet t
nft add table bridge t
try() { nft "$1" 2>&1; echo "= $?"; }
p() { try "add ct expectation ip t $1 { $2 }"; }
p a 'protocol tcp; dport 9876; timeout 2m; size 12; l3proto ip;'
p b 'protocol tcp; dport 9876; timeout 2m;'
p c 'protocol tcp; dport 9876; size 12;'
p d 'protocol tcp; timeout 2m; size 12;'
p e 'dport 9876; timeout 2m; size 12;'
p f 'protocol udp; dport 9876; timeout 2m; size 12;'
p i 'protocol tcp; dport 9876; timeout 1500ms; size 255;'
p j 'protocol tcp; dport 9876; timeout 2m; size 256;'
p k 'protocol tcp; dport 9876; timeout 2m; size 0;'
p l 'protocol tcp; dport 9876; timeout 2m; size 12; l3proto ip6;'
p m 'protocol tcp; dport 9876; timeout 2m; size 12; l3proto inet;'
try 'add ct expectation inet t a { protocol tcp; dport 9876; timeout 2m; size 12; }'
try 'add ct expectation inet t b { protocol tcp; dport 9876; timeout 2m; size 12; l3proto ip; }'
try 'add ct expectation ip6 t c { protocol tcp; dport 9876; timeout 2m; size 12; }'
try 'add ct expectation bridge t d { protocol tcp; dport 9876; timeout 2m; size 12; l3proto ip; }'
nft list ruleset
nft -j list table ip t
