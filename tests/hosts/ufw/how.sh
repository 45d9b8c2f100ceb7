# packages: ufw
# A server and router with ufw: ssh is open, a database is denied to one network before it is allowed to
# all, another network is behind eth1.
pod inner
ip link add eth1 type veth peer name eth0 netns inner
ip addr add 10.1.0.1/24 dev eth1
ip link set eth1 up
ip -n inner addr add 10.1.0.2/24 dev eth0
ip -n inner link set eth0 up
ip -n inner route add default via 10.1.0.1
setting net.ipv4.ip_forward 1
{
    ufw default deny incoming
    ufw allow 22/tcp
    ufw deny proto tcp from 192.0.2.0/24 to any port 3306
    ufw allow 3306/tcp
    ufw reject 113/tcp
    ufw limit 2222/tcp
    ufw allow in on eth1
    ufw route allow in on eth1 out on eth0 proto tcp to any port 80
    ufw --force enable
} >/dev/null
for port in 22 80 3306 2222; do answer node $port; done
answer inner 80
