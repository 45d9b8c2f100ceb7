# A table of netdev drops what a device receives, before iptables is asked.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
nft add table netdev guard
nft add chain netdev guard in '{ type filter hook ingress device eth0 priority 0; }'
nft add rule netdev guard in ip saddr 192.0.2.2 counter drop
ask lan ping 192.0.2.1
