# The other node.
ip link add vxlan.calico address 66:00:00:00:ff:07 type vxlan id 4096 dstport 4789 nolearning local 192.0.2.50 dev eth0
ip addr add 10.48.7.0/32 dev vxlan.calico
ip addr add 10.48.7.9/32 dev lo
ip link set vxlan.calico mtu 1450 up
bridge fdb add 66:00:00:00:ff:01 dev vxlan.calico dst 192.0.2.10
ip neigh add 10.48.0.0 lladdr 66:00:00:00:ff:01 nud permanent dev vxlan.calico
ip route add 10.48.0.0/26 via 10.48.0.0 dev vxlan.calico onlink src 10.48.7.9
