#!/bin/bash
# ipv6
# nft lists rules of iptables in its own words: the protocol stands in front of what is no comparison,
# and what looks into its header implies it else.
iptables -N own
ip6tables -N own
while read -r rule; do
iptables -A own $rule
done <<'R'
-p tcp
-p tcp -m comment --comment a
-p tcp --dport 5
-p tcp -m comment --comment a --dport 5
-p tcp --dport 5 -m comment --comment a
-p tcp -m state --state NEW -m tcp --dport 5
-p tcp -m mark --mark 5 -m tcp --dport 5
-p tcp -m connmark --mark 5 -m tcp --dport 5
-p tcp -m tcp --dport 5:7 --sport 6
-p tcp -m tcp ! --dport 5 ! --sport 6
-p tcp --tcp-flags SYN SYN
-p tcp --tcp-flags SYN NONE
-p tcp ! --tcp-flags SYN,ACK NONE
-p tcp ! --tcp-flags SYN,ACK SYN
-p tcp --tcp-option 3
-p tcp -m multiport --dports 5,6 -m tcp --sport 7
-p tcp -m length --length 5 -m tcp --sport 7
-p tcp -j REJECT --reject-with tcp-reset
-p tcp --dport 5 -j REJECT --reject-with tcp-reset
-p udp -m limit --limit 1/s -m udp --dport 5
-p icmp --icmp-type 8
-p icmp ! --icmp-type 8
-p icmp --icmp-type 3/1
-p icmp --icmp-type any
-s 10.0.0.1 -i lo -p tcp -m comment --comment a -m tcp --dport 6
-p sctp -m comment --comment a -m sctp --dport 6 -j ACCEPT
-p tcp -m conntrack --ctstate NEW -m comment --comment b -m tcp --dport 5
-p tcp -m ttl --ttl-eq 4 -m tcp --dport 5
-p tcp -m pkttype --pkt-type unicast -m tcp --dport 5
-p tcp -m addrtype --dst-type LOCAL -m tcp --dport 5
-p tcp -m statistic --mode nth --every 2 --packet 0 -m tcp --dport 5
R
ip6tables -A own -p tcp -m comment --comment a --dport 5
ip6tables -A own -p tcp -m mark --mark 5 -m tcp --dport 5
ip6tables -A own -p icmpv6 ! --icmpv6-type 128
ip6tables -A own -p icmpv6 --icmpv6-type 1/4
ip6tables -A own -p tcp -j REJECT --reject-with tcp-reset
nft list ruleset 2>/dev/null
nft -j list chain ip filter own 2>/dev/null | grep -o '"op": "[!i][^}]*}}[^}]*}' | sort
iptables -S own
iptables -C own -p tcp -m state --state NEW -m tcp --dport 5
iptables-translate -A own -p icmp ! --icmp-type 8
ip6tables-translate -A own -p icmpv6 ! --icmpv6-type 128
iptables-translate -A own -m pkttype --pkt-type unicast
