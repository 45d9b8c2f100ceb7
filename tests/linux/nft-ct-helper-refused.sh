# Helpers that there are, and those that there are not, for tables of each family.
for f in ip ip6 inet arp netdev; do nft add table $f t; done
try() { nft "$1" 2>&1; echo "= $?"; }
try 'add ct helper ip t f { type "ftp" protocol tcp; }'
try 'create ct helper ip t f { type "ftp" protocol tcp; }'
try 'add ct helper ip t g { type "nosuch" protocol tcp; }'
try 'add ct helper ip t h { type "ftp" protocol udp; }'
try 'add ct helper ip t i { type "ftp" protocol tcp; l3proto ip6; }'
try 'add ct helper ip6 t i { type "ftp" protocol tcp; l3proto ip; }'
try 'add ct helper ip t j { type "ftp" protocol tcp; l3proto inet; }'
try 'add ct helper ip t k { type "ftp"; }'
try 'add ct helper ip t sip4 { type "sip" protocol udp; }'
try 'add ct helper ip t sip5 { type "sip" protocol tcp; }'
try 'add ct helper ip t tftp { type "tftp" protocol udp; }'
try 'add ct helper inet t f { type "ftp" protocol tcp; }'
try 'add ct helper inet t f4 { type "ftp" protocol tcp; l3proto ip; }'
try 'add ct helper inet t f6 { type "ftp" protocol tcp; l3proto ip6; }'
try 'add ct helper inet t p { type "pptp" protocol tcp; }'
try 'add ct helper inet t p6 { type "pptp" protocol tcp; l3proto ip6; }'
try 'add ct helper netdev t f { type "ftp" protocol tcp; }'
try 'add ct helper arp t f { type "ftp" protocol tcp; }'
try 'add ct helper ip t m { type "ftp" protocol sctp; }'
nft list ruleset
# A label of a security module, where there is none.
try 'add secmark ip t s { "system_u:object_r:ssh_t:s0"; }'
