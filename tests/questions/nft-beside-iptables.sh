# iptables accepts, and the packet is lost: a table of nft is asked as well.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
listen host tcp 80
iptables -A INPUT -p tcp --dport 80 -j ACCEPT
nft add table inet guard
nft add chain inet guard in '{ type filter hook input priority 10; policy accept; }'
nft add rule inet guard in tcp dport 80 counter drop
ask lan tcp 192.0.2.1 80
