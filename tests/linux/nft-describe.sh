#!/bin/bash
# What the values of expressions and types are, and which names they have.
for of in "tcp dport" "ct state" "ip saddr" "ip6 saddr" "ether saddr" "meta mark" iif iifname "meta day" \
	"meta hour" "meta time" "icmp type" "icmp code" "icmpv6 type" "icmpv6 code" "ip dscp" "ip ecn" "tcp flags" \
	"ct mark" "ct expiration" pkttype "arp operation" "ether type" ipv4_addr inet_service ct_state "fib daddr type" \
	"fib saddr oif" "fib saddr oifname" "meta length" "ct label" skuid verdict mark "socket transparent" \
	"socket mark" "rt classid" "rt ip nexthop" "tcp option maxseg size" "numgen inc mod 2" "jhash ip saddr mod 2" \
	"symhash mod 2" "meta l4proto" "meta nfproto" "vlan id" "ct direction" "ct status" "meta priority" boolean \
	icmpx_code "ct helper" "ct bytes" "ct zone" "osf name" day hour inet_proto "igmp type" "dccp type" "mh type" \
	iiftype iifgroup classid realm uid gid devgroup cgroupsv2 string ll_addr integer ifname iface_type iface_index \
	"ipsec in reqid" "meta ibrname" "@th,16,16" "ip option ra value" "sctp chunk data tsn" "udp length" \
	"exthdr frag" "meta iifkind" ether_addr ipv6_addr mh_type dscp arp_op ether_type nf_proto ct_dir; do
	echo "== $of"
	nft describe $of
done
nft describe nosuch
echo
nft describe ct_event
echo
nft describe tcp
nft describe ecn
nft describe ip saddr . tcp dport
nft describe foo bar
