# The port was taken out of the bridge when the bridge was made anew.
bridge_of br0 10.0.0.1/24
container web br0 10.0.0.2/24
ip link set vweb nomaster
ask host ping 10.0.0.2
