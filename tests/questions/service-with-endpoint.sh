# A Service of Kubernetes is translated to the pod behind it.
setting host net.ipv4.ip_forward 1
bridge_of cni0 10.244.0.1/24
container client cni0 10.244.0.2/24 10.244.0.1
container web cni0 10.244.0.3/24 10.244.0.1
setting host net.bridge.bridge-nf-call-iptables 1
listen web tcp 8080
iptables -t nat -N KUBE-SERVICES
iptables -t nat -N KUBE-SVC-WEB
iptables -t nat -N KUBE-SEP-WEB
iptables -t nat -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
iptables -t nat -A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "default/web cluster IP" --dport 80 -j KUBE-SVC-WEB
iptables -t nat -A KUBE-SVC-WEB -j KUBE-SEP-WEB
iptables -t nat -A KUBE-SEP-WEB -p tcp -j DNAT --to-destination 10.244.0.3:8080
ask client tcp 10.96.0.10 80
