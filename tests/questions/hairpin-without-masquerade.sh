# A container does not reach itself by the address under which its service is published: its own address
# comes back as the source.
setting host net.ipv4.ip_forward 1
bridge_of br0 10.0.0.1/24
container web br0 10.0.0.2/24 10.0.0.1
listen web tcp 80
iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80
ask web tcp 10.0.0.1 8080
