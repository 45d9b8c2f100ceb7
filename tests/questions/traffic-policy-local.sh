# A node port with externalTrafficPolicy Local, asked for at a node without an endpoint of its own.
setting host net.ipv4.ip_forward 1
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
iptables -N KUBE-EXTERNAL-SERVICES
iptables -A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
iptables -A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/web has no local endpoints" -m addrtype --dst-type LOCAL --dport 30080 -j DROP
ask lan tcp 192.0.2.1 30080
