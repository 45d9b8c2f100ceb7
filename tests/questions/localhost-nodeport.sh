# The port of a node is asked for at 127.0.0.1: what it is translated to is a martian elsewhere, unless
# route_localnet is set.
ip link set lo up
bridge_of br0 10.0.0.1/24
container web br0 10.0.0.2/24 10.0.0.1
listen web tcp 80
iptables -t nat -A OUTPUT -p tcp --dport 30080 -m addrtype --dst-type LOCAL -j DNAT --to-destination 10.0.0.2:80
iptables -t nat -A POSTROUTING -o br0 -m addrtype --src-type LOCAL -j MASQUERADE
ask host tcp 127.0.0.1 30080
