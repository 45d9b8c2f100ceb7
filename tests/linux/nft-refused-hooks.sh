#!/bin/bash
# Statements and expressions that a hook or a family does not have.
for family in ip inet arp netdev; do nft add table $family t; done
at() {
	family=$1
	hook=$2
	shift 2
	device=
	[ $family = netdev ] && device='device lo'
	nft add chain $family t c "{ type filter hook $hook $device priority 0; }"
	nft add rule $family t c "$@" && nft list chain $family t c | sed -n 4p
	nft flush chain $family t c
	nft delete chain $family t c
}
at ip input rt mtu 1500
at ip output rt mtu 1500
at arp input rt mtu 1
at netdev ingress rt mtu 1
at ip input tcp option maxseg size set rt mtu
at ip forward tcp option maxseg size set rt mtu
at ip output meta ipsec exists
at ip input meta ipsec exists
at ip input meta secpath missing
at ip output ipsec in reqid 1
at ip input ipsec out reqid 1
at ip input ipsec in spnum 300 spi 1
at ip prerouting socket transparent 1
at ip forward socket transparent 1
at arp input socket mark 1
at netdev ingress socket mark 1
at ip output fib saddr oif lo
at ip input fib saddr oif lo
at ip input fib daddr . oif type local
at ip output fib daddr . oif type local
at ip output fib daddr . iif type local
at ip output tcp dport 80 tproxy to :80
at ip prerouting tcp dport 80 tproxy to :80
at ip prerouting meta l4proto 17 tproxy ip to :50080
at ip prerouting meta l4proto 17 tproxy ip6 to :50080
at ip prerouting tcp dport 80 tproxy to :80-90
at inet prerouting tcp dport 80 tproxy to 1.1.1.1:80
at netdev ingress tproxy to :80
at ip prerouting synproxy
at ip output synproxy
at ip input tcp dport 80 synproxy mss 1460 wscale 7 timestamp sack-perm
at netdev ingress synproxy
at arp input ct state new
at netdev ingress ct mark set 1
at netdev ingress dnat to 1.2.3.4
at arp input masquerade
at ip prerouting fwd to lo
at arp input reject
at netdev ingress ether type arp reject
at inet input meta nfproto ipv6 reject with icmp host-unreachable
at ip input reject with icmpv6 type no-route
at ip input nftrace 1
at ip input reject with foo
