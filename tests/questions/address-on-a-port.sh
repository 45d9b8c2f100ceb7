# The uplink was made a port of a bridge, and its address was left on it.
ip link add br0 type bridge
ip link set br0 up
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
ip link set eth0 master br0
ask host ping 192.0.2.2
