# packages: libvirt-daemon-system libvirt-clients libvirt-daemon-config-network dnsmasq-base
# libvirt with its default network (NAT), one that is routed and one that is isolated; a guest of each is a
# namespace, whose device is a port of the network's bridge.
setting net.ipv4.ip_forward 1
mkdir -p /run/dbus /var/lib/libvirt/dnsmasq
daemon dbus-daemon --system --nofork --nopidfile
daemon virtlogd
daemon libvirtd
until_done virsh -q uri
network() {
    printf '<network><name>%s</name>%s<bridge name="%s"/><ip address="%s.1" netmask="255.255.255.0"/></network>' \
        "$1" "$2" "$3" "$4" >/tmp/network.xml
    virsh -q net-define /tmp/network.xml
    virsh -q net-start "$1"
}
virsh -q net-start default || true
network routed '<forward mode="route"/>' virbr1 192.168.101
network alone '' virbr2 192.168.102
# guest NAME BRIDGE PREFIX NUMBER
guest() {
    pod "$1"
    ip link add "vnet-$1" type veth peer name eth0 netns "$1"
    ip link set "vnet-$1" master "$2" up
    ip -n "$1" addr add "$3.$4/24" dev eth0
    ip -n "$1" link set eth0 up
    ip -n "$1" route add default via "$3.1"
    answer "$1" 80
}
guest one virbr0 192.168.122 10
guest two virbr0 192.168.122 11
guest far virbr1 192.168.101 10
guest cell virbr2 192.168.102 10
answer node 22
