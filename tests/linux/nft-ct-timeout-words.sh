# What can be said of times that rules give connections, and how it is listed.
nft add table ip t
nft add table inet t
try() { nft "$1" 2>&1; echo "= $?"; }
p() { try "add ct timeout ip t $1 { $2 }"; }
p a 'protocol tcp; l3proto ip; policy = { established : 100, close : 5 };'
p b 'protocol udp; policy = { replied : 100, unreplied: 5 };'
p c 'protocol tcp;'
p d 'protocol udp;'
p e 'l3proto ip6; protocol tcp; policy = { established : 100 };'
p f 'protocol tcp; policy = { established : 100 }; policy = { close : 4 };'
p g 'protocol tcp; policy = { syn_sent : 1, syn_recv : 2, established : 3, fin_wait : 4, close_wait : 5, last_ack : 6, time_wait : 7, close : 8, syn_sent2 : 9, retrans : 10, unack : 11 };'
p h 'protocol tcp; l3proto inet; policy = { established : 0 };'
p i 'protocol tcp; policy = { established : 4294967295 };'
p j 'protocol icmp;'
p k 'protocol 200;'
p l 'policy = { established : 100 };'
p m 'protocol tcp; policy = { foo : 100 };'
p n 'protocol udp; policy = { established : 100 };'
# What is as ever is not listed, whatever the settings are.
sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=77 net.netfilter.nf_conntrack_udp_timeout=11
p o 'protocol tcp; policy = { close : 10, established : 432000, syn_sent : 5 };'
p q 'protocol udp; policy = { unreplied : 30, replied : 180 };'
try 'add ct timeout inet t a { protocol tcp; policy = { established : 100 }; }'
try 'add ct timeout inet t b { protocol tcp; l3proto ip6; policy = { established : 100 }; }'
# What is there stays.
p b 'protocol udp; policy = { replied : 200 };'
try 'create ct timeout ip t b { protocol udp; policy = { replied : 200 }; }'
nft list ruleset
nft -j list table ip t
