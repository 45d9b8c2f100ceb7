# Somebody let a subnet pass in POSTROUTING, and the rule that masquerades stands behind.
setting host net.ipv4.ip_forward 1
bridge_of br0 10.0.0.1/24
container web br0 10.0.0.2/24 10.0.0.1
machine server
wire host eth0 192.0.2.1/24 server eth0 192.0.2.9/24
iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -j ACCEPT
iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j MASQUERADE
ask web ping 192.0.2.9
