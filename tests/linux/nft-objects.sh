#!/bin/bash
# Objects with a name: counters, quotas, limits, helpers, timeouts, expectations, proxies
cat > rules <<'END'
table ip t {
	counter cnt {
		comment "counts"
		packets 5 bytes 10
	}
	counter cnt2 { }
	quota q { over 10 mbytes used 5 bytes }
	quota q2 { 5 kbytes ; comment "q"; }
	limit l { rate 10/second }
	limit l2 { rate over 10 kbytes/minute burst 5 kbytes; comment "lim"; }
	ct helper ftph { type "ftp" protocol tcp; }
	ct helper siph { type "sip" protocol udp; l3proto ip; comment "h" }
	ct timeout tmo { protocol tcp; l3proto ip; policy = { established : 100, close : 4, close_wait : 4 }; }
	ct timeout tmu { protocol udp; policy = { unreplied: 15, replied: 12 }; }
	ct expectation exp { protocol tcp; dport 9876; timeout 2m; size 12; l3proto ip; }
	synproxy sp {
		mss 1460
		wscale 7
		timestamp sack-perm
	}
	synproxy sp2 {
		mss 1460
		wscale 5
	}
}
END
nft -f rules
nft list ruleset
nft -j list ruleset
nft -a list table t
nft -s list counters
for kind in counters quotas limits synproxys "ct helpers table t"; do nft list $kind; done
for one in "counter t cnt" "quota t q" "limit t l2" "ct helper t siph" "ct timeout t tmo" "ct expectation t exp" "synproxy t sp"; do
	nft list $one
done
# What is counted is set to nothing once it was listed.
nft reset counters
nft list counter t cnt
nft reset quota t q2
