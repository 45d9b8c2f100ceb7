# A node with Calico: each pod has an address without a network, a gateway that nobody has, and a device
# of the host that answers ARP for it; rules by IP sets; VXLAN to another node.
setting net.ipv4.ip_forward 1
# workload POD DEV ADDRESS MAC
workload() {
    pod "$1"
    ip link add "$2" address ee:ee:ee:ee:ee:ee type veth peer name eth0 address "$4" netns "$1"
    setting "net.ipv4.conf.$2.proxy_arp" 1 "net.ipv4.conf.$2.forwarding" 1 "net.ipv4.neigh.$2.proxy_delay" 0
    ip link set "$2" up
    ip route add "$3" dev "$2"
    ip -n "$1" addr add "$3/32" dev eth0
    ip -n "$1" link set eth0 up
    ip -n "$1" route add 169.254.1.1 dev eth0
    ip -n "$1" route add default via 169.254.1.1
}
workload front cali0a1 10.48.0.10 02:00:00:00:0a:01
workload back cali0b2 10.48.0.11 02:00:00:00:0b:02
ip link add vxlan.calico address 66:00:00:00:ff:01 type vxlan id 4096 dstport 4789 nolearning local 192.0.2.10 dev eth0
ip addr add 10.48.0.0/32 dev vxlan.calico
ip link set vxlan.calico mtu 1450 up
bridge fdb add 66:00:00:00:ff:07 dev vxlan.calico dst 192.0.2.50
ip neigh add 10.48.7.0 lladdr 66:00:00:00:ff:07 nud permanent dev vxlan.calico
ip route add 10.48.7.0/26 via 10.48.7.0 dev vxlan.calico onlink
ip route add blackhole 10.48.0.0/26
ipset restore <data/calico/ipset.save
iptables-restore <data/calico/iptables.save
for port in 80 5432; do answer back $port; answer front $port; done
answer node 22
