# nodes: alpha beta
# Two nodes with flannel: pods on a bridge of each, VXLAN between them, and flannel's rules.
case $NODE in
alpha) own=1 other=2 far=192.0.2.11 pods='web 2 old 3' ;;
beta) own=2 other=1 far=192.0.2.10 pods='db 2 free 3' ;;
esac
setting net.ipv4.ip_forward 1 net.bridge.bridge-nf-call-iptables 1
ip link add flannel.1 address 8a:00:00:00:ff:0$own type vxlan id 1 dstport 8472 nolearning local "192.0.2.$((9 + own))" dev eth0
ip addr add 10.244.$own.0/32 dev flannel.1
ip link set flannel.1 mtu 1450 up
bridge fdb add 8a:00:00:00:ff:0$other dev flannel.1 dst $far
ip neigh add 10.244.$other.0 lladdr 8a:00:00:00:ff:0$other nud permanent dev flannel.1
ip route add 10.244.$other.0/24 via 10.244.$other.0 dev flannel.1 onlink
ip link add cni0 mtu 1450 type bridge
ip addr add 10.244.$own.1/24 brd + dev cni0
ip link set cni0 up
set -- $pods
while [ $# -gt 0 ]; do
    pod "$1"
    mtu=1450
    # One that was made before the network was.
    [ "$1" != old ] || mtu=1500
    ip link add "veth-$1" mtu $mtu type veth peer name eth0 mtu $mtu netns "$1"
    ip link set "veth-$1" master cni0 up
    ip -n "$1" addr add "10.244.$own.$2/24" dev eth0
    ip -n "$1" link set eth0 up
    ip -n "$1" route add default via "10.244.$own.1"
    answer "$1" 80
    shift 2
done
iptables -N FLANNEL-FWD
iptables -A FORWARD -m comment --comment 'flanneld forward' -j FLANNEL-FWD
iptables -A FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment 'flanneld forward' -j ACCEPT
iptables -A FLANNEL-FWD -d 10.244.0.0/16 -m comment --comment 'flanneld forward' -j ACCEPT
iptables -t nat -N FLANNEL-POSTRTG
iptables -t nat -A POSTROUTING -m comment --comment 'flanneld masq' -j FLANNEL-POSTRTG
masq() { iptables -t nat -A FLANNEL-POSTRTG "$@" -m comment --comment 'flanneld masq'; }
masq -m mark --mark 0x4000/0x4000 -j RETURN
masq -s 10.244.$own.0/24 -d 10.244.0.0/16 -j RETURN
masq -s 10.244.0.0/16 -d 10.244.$own.0/24 -j RETURN
masq ! -s 10.244.0.0/16 -d 10.244.$own.0/24 -j RETURN
masq -s 10.244.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE --random-fully
masq ! -s 10.244.0.0/16 -d 10.244.0.0/16 -j MASQUERADE --random-fully
# beta's firewall knows nothing of the cluster's pods but of one.
if [ "$NODE" = beta ]; then
    iptables -I FORWARD -d 10.244.2.2 -p tcp --dport 5432 -j DROP
    answer db 5432
fi
