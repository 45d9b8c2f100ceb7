# packages: firewalld dbus
# A router with firewalld (nftables): eth0 is in zone external, with masquerading, a forwarded port and a
# rich rule; eth1 in zone internal, eth2 in zone dmz.
number=1
for name in inner dmz; do
    pod $name
    ip link add eth$number type veth peer name eth0 netns $name
    ip addr add 10.$number.0.1/24 dev eth$number
    ip link set eth$number up
    ip -n $name addr add 10.$number.0.2/24 dev eth0
    ip -n $name link set eth0 up
    ip -n $name route add default via 10.$number.0.1
    number=2
done
{
    firewall-offline-cmd --zone=external --add-interface=eth0
    firewall-offline-cmd --zone=internal --add-interface=eth1
    firewall-offline-cmd --zone=dmz --add-interface=eth2
    firewall-offline-cmd --zone=external --add-service=http
    firewall-offline-cmd --zone=external --add-forward-port=port=8080:proto=tcp:toport=80:toaddr=10.2.0.2
    firewall-offline-cmd --zone=external --add-rich-rule='rule family=ipv4 source address=192.0.2.50 port port=3306 protocol=tcp drop'
    firewall-offline-cmd --zone=external --add-port=3306/tcp
    firewall-offline-cmd --new-policy=out
    firewall-offline-cmd --policy=out --set-target=ACCEPT
    firewall-offline-cmd --policy=out --add-ingress-zone=internal
    firewall-offline-cmd --policy=out --add-egress-zone=external
} >/dev/null 2>&1
mkdir -p /run/dbus
daemon dbus-daemon --system --nofork --nopidfile
daemon firewalld --nofork --nopid
until_done firewall-cmd --state
for port in 22 80 81 3306; do answer node $port; done
answer inner 80
answer dmz 80
