# A rule in the table raw has packets not looked up, so that they are not translated either.
setting host net.ipv4.ip_forward 1
bridge_of br0 10.0.0.1/24
container web br0 10.0.0.2/24 10.0.0.1
listen web tcp 80
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
iptables -t raw -A PREROUTING -i eth0 -p tcp --dport 8080 -j NOTRACK
iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80
ask lan tcp 192.0.2.1 8080
