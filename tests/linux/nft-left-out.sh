#!/bin/bash
# Checks that a later part of a rule implies are not listed; what else a rule does keeps them.
for family in ip ip6 inet; do
nft add table $family t
nft add chain $family t c
nft add set $family t ports '{ type inet_service; flags dynamic; }'
nft add counter $family t one
nft add quota $family t few 10 bytes
done
try() {
for family in $families; do
nft add rule $family t c "$@"
nft -s list chain $family t c | sed -n '/^\t\t/p'
nft flush chain $family t c
done
}
families="ip ip6 inet"
# Comparisons between both keep nothing.
try meta l4proto tcp iif lo tcp dport 80
try meta l4proto tcp ct state new meta mark 1 tcp dport @ports
try meta l4proto tcp tcp dport vmap '{ 80 : accept }'
try meta l4proto tcp tcp flags syn tcp dport 80
try meta l4proto tcp tcp option maxseg size 1400
try meta l4proto tcp numgen inc mod 2 0 tcp dport 80
try meta l4proto tcp jhash tcp dport mod 2 0
# All else does.
try meta l4proto tcp counter tcp dport 80
try meta l4proto tcp limit rate 1/second tcp dport 80
try meta l4proto tcp quota over 10 bytes tcp dport 80
try meta l4proto tcp meta mark set 1 tcp dport 80
try meta l4proto tcp log tcp dport 80
try meta l4proto tcp notrack tcp dport 80
try meta l4proto tcp continue tcp dport 80
try meta l4proto tcp counter name one tcp dport 80
try meta l4proto tcp quota name few tcp dport 80
# What is set by a field of it is meant for it.
try meta l4proto tcp tcp dport set 80
try meta l4proto tcp add @ports '{ tcp dport }'
try meta l4proto tcp meta mark set tcp dport map '{ 80 : 1 }'
try meta l4proto tcp counter name tcp dport map '{ 80 : "one" }'
try meta l4proto tcp counter meta mark set tcp dport map '{ 80 : 1 }'
# The last check is left out, those before it are not.
try meta l4proto tcp meta l4proto tcp tcp sport 90
try tcp dport 80 counter tcp sport 90 log tcp dport 91
# A reset is for TCP in tables of one version.
try meta l4proto tcp reject with tcp reset
try meta l4proto tcp iif lo reject with tcp reset
try meta l4proto tcp counter reject with tcp reset
try tcp dport 80 reject with tcp reset
families="ip inet"
try ip protocol tcp reject with tcp reset
try ip protocol tcp tcp dport 80
try ip protocol tcp counter tcp dport 80
try meta l4proto tcp ip protocol tcp tcp dport 80
try ip protocol tcp meta l4proto tcp tcp dport 80
try ip protocol icmp icmp type echo-request
try ip protocol icmp counter icmp type echo-request
try icmp type destination-unreachable counter icmp mtu 1400
try icmp type destination-unreachable iif lo icmp mtu 1400
try meta protocol ip counter
try meta protocol ip accept
try meta protocol ip
try counter meta protocol ip
try meta protocol ip counter ip daddr 10.0.0.1
try ether type ip ip daddr 10.0.0.1
try ether type ip counter ip daddr 10.0.0.1
try ether type ip tcp dport 80
families=inet
try meta nfproto ipv4 counter ip daddr 10.0.0.1
try meta nfproto ipv4 tcp dport 80 ip daddr 10.0.0.1
try ip daddr 10.0.0.1 meta nfproto ipv4 tcp dport 80
try meta nfproto ipv4 tcp dport 80 reject with icmp type port-unreachable
try meta nfproto ipv4 counter reject with icmp type port-unreachable
try meta nfproto ipv4 ip option lsrr exists
# Bits in a header that is known have its names.
families="ip inet"
try meta l4proto udp counter th dport 53
try meta l4proto sctp counter th sport 53
try meta l4proto tcp counter @th,16,16 80
try ip protocol tcp th dport 5
try meta l4proto tcp @nh,16,16 80
try tcp flags '&' syn == syn tcp dport 80
