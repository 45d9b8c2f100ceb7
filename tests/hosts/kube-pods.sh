# Pods of a node on the bridge of the CNI plugin, its ports in hairpin mode.
setting net.ipv4.ip_forward 1 net.bridge.bridge-nf-call-iptables 1
ip link add cni0 address 8a:00:00:00:00:01 type bridge
ip addr add 10.244.1.1/24 brd + dev cni0
ip link set cni0 up
number=2
for name in dns1 dns2 web; do
    pod $name
    ip link add "veth-$name" type veth peer name eth0 netns $name
    ip link set "veth-$name" master cni0 up
    bridge link set dev "veth-$name" hairpin on
    ip -n $name addr add 10.244.1.$number/24 dev eth0
    ip -n $name link set eth0 up
    ip -n $name route add default via 10.244.1.1
    number=$((number + 1))
done
answer dns1 53
answer dns2 53
answer web 80
answer web 443
