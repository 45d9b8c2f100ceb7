# ipv6
# How a device makes its own addresses: of its hardware, of a secret, or not at all.
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1
up() { ip link set v1 up; ip link set v0 up; sleep 3; ip -6 -br addr show dev v0 | tr -s ' '; }
down() { ip link set v0 down; ip link set v1 down; }
up; down
sysctl -w net.ipv6.conf.v0.addr_gen_mode=1
up; down
# Without a secret there is nothing to be made of it.
sysctl -w net.ipv6.conf.v0.addr_gen_mode=2
sysctl -w net.ipv6.conf.v0.addr_gen_mode=4
sysctl net.ipv6.conf.v0.addr_gen_mode
sysctl net.ipv6.conf.v0.stable_secret
sysctl -w net.ipv6.conf.v0.stable_secret=2001:db8::1
sysctl net.ipv6.conf.v0.stable_secret
sysctl net.ipv6.conf.v0.addr_gen_mode
up; ip -6 addr show dev v0 | grep inet6; down
sysctl -w net.ipv6.conf.v0.stable_secret=nonsense
sysctl -w net.ipv6.conf.v0.addr_gen_mode=3
up | wc -w; ip -6 addr show dev v0 | grep -o 'scope link.*'; down
sysctl -w net.ipv6.conf.v0.addr_gen_mode=0
up
