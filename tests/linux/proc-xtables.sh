# Tables of iptables-legacy, the last one first; those of nft are not among them.
iptables -A INPUT -j ACCEPT
cat /proc/net/ip_tables_names
iptables-legacy -A INPUT -j ACCEPT
iptables-legacy -t nat -A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE
iptables-legacy -t raw -L >/dev/null
cat /proc/net/ip_tables_names
echo six
cat /proc/net/ip6_tables_names
ip6tables-legacy -t mangle -L >/dev/null
cat /proc/net/ip6_tables_names
# A namespace has its own.
ip netns add n
ip netns exec n cat /proc/net/ip_tables_names
# What rules may use.
for word in icmp tcp udp conntrack recent comment; do grep -qx $word <(cat /proc/net/ip_tables_matches) && echo $word; done
for word in REJECT LOG MASQUERADE DNAT MARK; do grep -qx $word <(cat /proc/net/ip_tables_targets) && echo $word; done
grep -qx icmp6 <(cat /proc/net/ip6_tables_matches) && echo icmp6
