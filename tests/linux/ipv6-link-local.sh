# ipv6
# A device that comes up makes its link-local address of its hardware address, and asks whether it
# is free before it uses it; addr_gen_mode 1 leaves that to the user.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v1 address 02:00:00:00:00:02
ip -6 addr
ip link set v0 up
ip -6 addr show v0
sysctl -w net.ipv6.conf.v1.addr_gen_mode=1
ip link set v1 up
ip -6 addr show v0
ip -6 addr show v1
ip -6 route show table all
sleep 3
ip -6 addr
ip -6 route show table all
ip -6 addr show scope link
ip -6 addr show scope global
