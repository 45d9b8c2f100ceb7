#!/bin/bash
# What is listed as JSON can be loaded as JSON, and lists the same; commands of JSON one by one
cat > rules <<'END'
table inet t {
	counter cnt { packets 1 bytes 2 }
	quota q { over 10 mbytes }
	limit l { rate 10/second }
	set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.0.1-192.168.0.9 } }
	set p { type ipv4_addr . inet_service; counter; elements = { 1.2.3.4 . 80 } }
	set e { type inet_service; flags timeout; elements = { 80, 443 } }
	map vm { type ifname : verdict; elements = { "lo" : accept, "eth0" : drop } }
	map mk { type ipv4_addr : mark; elements = { 1.1.1.1 : 5 } }
	chain other { }
	chain c {
		type filter hook prerouting priority -150; policy drop;
		iifname "lo" ip saddr 10.0.0.0/8 tcp dport { 22, 80-90 } ct state established,related counter accept
		tcp flags & (syn | ack) == syn drop
		tcp flags syn
		meta mark set meta mark and 0xff0 or 0x4
		meta mark set ip saddr map @mk
		ct mark set ip saddr map { 1.1.1.1 : 0x1, 10.0.0.0/8 : 0x2 }
		ip saddr . tcp dport @p log prefix "hit " level info
		iifname vmap @vm
		ip saddr @s limit rate over 10 kbytes/second burst 20 kbytes drop
		fib saddr . iif oif missing drop
		tcp option maxseg size 1400-1500 comment "a comment"
		ip6 saddr 2001:db8::/32 frag id 1
		counter name "cnt" quota name "q" limit name "l"
		meta mark set jhash ip saddr . ip daddr mod 16 seed 0x5 offset 2
		meta mark set meta mark << 2
		meta hour "17:00"-"19:00" meta day "Monday"
		udp dport 53 notrack
		reject with icmpx admin-prohibited
	}
}
table ip n {
	chain pre {
		type nat hook prerouting priority dstnat;
		tcp dport 80 dnat to 10.0.0.1:8080 random,persistent
		dnat ip to tcp dport map { 80 : 10.0.0.1 . 8080, 443 : 10.0.0.2 . 8443 }
		tcp dport 81 redirect to :8080-8090
	}
	chain post {
		type nat hook postrouting priority srcnat;
		snat to 1.2.3.4-1.2.3.8 persistent
		masquerade
	}
}
END
nft -f rules
nft list ruleset > one
nft -j list ruleset > one.json
nft flush ruleset
nft -j -f one.json
nft list ruleset > two
[ "$(<one)" = "$(<two)" ] && echo same
nft list ruleset
nft flush ruleset
nft -j -f - <<'END'
{"nftables": [
  {"add": {"table": {"family": "ip", "name": "t"}}},
  {"add": {"chain": {"family": "ip", "table": "t", "name": "c", "type": "filter", "hook": "input", "prio": 0, "policy": "accept"}}},
  {"add": {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [
    {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [22, {"range": [80, 90]}]}}},
    {"counter": null}, {"accept": null}]}}},
  {"insert": {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [
    {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}, {"accept": null}]}}},
  {"add": {"set": {"family": "ip", "table": "t", "name": "s", "type": "ipv4_addr", "flags": ["interval"]}}},
  {"add": {"element": {"family": "ip", "table": "t", "name": "s", "elem": [{"prefix": {"addr": "10.0.0.0", "len": 8}}, "1.1.1.1"]}}}
]}
END
nft list ruleset
echo '{"nftables": [{"flush": {"chain": {"family": "ip", "table": "t", "name": "c"}}}, {"delete": {"set": {"family": "ip", "table": "t", "name": "s"}}}]}' | nft -j -f -
nft list ruleset
echo '{"nftables": [{"delete": {"table": {"family": "ip", "name": "t"}}}]}' | nft -j -f -
nft list ruleset
