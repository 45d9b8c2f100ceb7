# A host of a tailnet which is a way out for the others, with Tailscale's routing table, rules and chains;
# its TUN leads through UDP to one peer. Another network is behind eth1.
pod inner
ip link add eth1 type veth peer name eth0 netns inner
ip addr add 10.1.0.1/24 dev eth1
ip link set eth1 up
ip -n inner addr add 10.1.0.2/24 dev eth0
ip -n inner link set eth0 up
ip -n inner route add default via 10.1.0.1
setting net.ipv4.ip_forward 1
daemon socat TUN:100.101.102.103/32,tun-name=tailscale0,iff-no-pi,iff-up UDP-DATAGRAM:192.0.2.50:41641,bind=192.0.2.10:41641
until_done ip link show tailscale0
ip link set tailscale0 mtu 1280
for rule in '5210 fwmark 0x80000/0xff0000 table main' '5230 fwmark 0x80000/0xff0000 table default' \
    '5250 fwmark 0x80000/0xff0000 unreachable' '5270 table 52'; do
    ip rule add pref $rule
done
ip route add 100.64.0.7 dev tailscale0 table 52
ip route add 100.100.100.100 dev tailscale0 table 52
ip route add 10.9.0.0/24 dev tailscale0 table 52
iptables-restore <data/tailscale/iptables.save
answer node 22
answer inner 80
