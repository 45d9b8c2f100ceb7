# fail2ban put an address into a set.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
listen host tcp 22
ipset create f2b-sshd hash:ip
ipset add f2b-sshd 192.0.2.2
iptables -I INPUT -p tcp --dport 22 -m set --match-set f2b-sshd src -j REJECT --reject-with icmp-port-unreachable
ask lan tcp 192.0.2.1 22
