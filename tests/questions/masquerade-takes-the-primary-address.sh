# A server lets one address in, the host's second one; MASQUERADE takes the first.
setting host net.ipv4.ip_forward 1
bridge_of br0 10.0.0.1/24
container web br0 10.0.0.2/24 10.0.0.1
machine server
wire host eth0 192.0.2.1/24 server eth0 192.0.2.9/24
ip addr add 192.0.2.7/24 dev eth0
iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j MASQUERADE
on server iptables -A INPUT ! -s 192.0.2.7 -j DROP
ask web ping 192.0.2.9
