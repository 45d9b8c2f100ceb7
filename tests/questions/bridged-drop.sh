# Hosts of one bridge do not reach one another: br_netfilter was loaded, and FORWARD drops.
bridge_of br0 10.0.0.1/24
container one br0 10.0.0.2/24
container two br0 10.0.0.3/24
setting host net.bridge.bridge-nf-call-iptables 1
iptables -P FORWARD DROP
ask one ping 10.0.0.3
