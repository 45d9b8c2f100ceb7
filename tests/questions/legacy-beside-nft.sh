# iptables shows no rule that drops it: iptables-legacy has one.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
listen host tcp 80
iptables -A INPUT -p tcp --dport 80 -j ACCEPT
iptables-legacy -A INPUT -p tcp --dport 80 -j DROP
ask lan tcp 192.0.2.1 80
