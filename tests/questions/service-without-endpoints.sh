# A Service of Kubernetes has no endpoints: kube-proxy rejects what is sent to it.
machine pod
setting host net.ipv4.ip_forward 1
wire host veth0 10.244.0.1/24 pod eth0 10.244.0.2/24
ip -n pod route add default via 10.244.0.1
ip route add blackhole 10.96.0.0/12 metric 9999
iptables -N KUBE-SERVICES
iptables -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
iptables -A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "default/web has no endpoints" --dport 80 -j REJECT --reject-with icmp-port-unreachable
ip route add 10.96.0.10/32 dev veth0
ask pod tcp 10.96.0.10 80
