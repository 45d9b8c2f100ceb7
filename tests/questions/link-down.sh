# The device in the container was never set up.
bridge_of br0 10.0.0.1/24
container web br0 10.0.0.2/24
ip -n web link set eth0 down
ask host ping 10.0.0.2
