# A guest of libvirt's NAT network is not reached from outside: LIBVIRT_FWI rejects.
setting host net.ipv4.ip_forward 1
bridge_of virbr0 192.168.122.1/24
container guest virbr0 192.168.122.2/24 192.168.122.1
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
ip -n lan route add 192.168.122.0/24 via 192.0.2.1
for chain in FWI FWO FWX; do iptables -N LIBVIRT_$chain; iptables -A FORWARD -j LIBVIRT_$chain; done
iptables -A LIBVIRT_FWI -d 192.168.122.0/24 -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A LIBVIRT_FWI -o virbr0 -j REJECT --reject-with icmp-port-unreachable
iptables -A LIBVIRT_FWO -s 192.168.122.0/24 -i virbr0 -j ACCEPT
iptables -A LIBVIRT_FWO -i virbr0 -j REJECT --reject-with icmp-port-unreachable
iptables -A LIBVIRT_FWX -i virbr0 -o virbr0 -j ACCEPT
iptables -t nat -A POSTROUTING -s 192.168.122.0/24 ! -d 192.168.122.0/24 -j MASQUERADE
ask guest ping 192.0.2.2
ask lan ping 192.168.122.2
