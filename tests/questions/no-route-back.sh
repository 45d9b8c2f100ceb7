# The LAN has no route to the network behind the host: the question arrives, the answer goes astray.
setting host net.ipv4.ip_forward 1
bridge_of br0 10.0.0.1/24
container web br0 10.0.0.2/24 10.0.0.1
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
ask web ping 192.0.2.2
