# The same without br_netfilter: the pods are on one bridge, so that the answer goes straight back, from
# an address that nobody asked.
setting host net.ipv4.ip_forward 1
bridge_of cni0 10.244.0.1/24
container client cni0 10.244.0.2/24 10.244.0.1
container web cni0 10.244.0.3/24 10.244.0.1
listen web tcp 8080
iptables -t nat -A PREROUTING -d 10.96.0.10/32 -p tcp --dport 80 -j DNAT --to-destination 10.244.0.3:8080
ask client tcp 10.96.0.10 80
