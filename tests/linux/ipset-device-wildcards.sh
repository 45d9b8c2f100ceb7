# Of a set of networks and devices an element's device is the beginning of names, if it says so.
ipset create s hash:net,iface
ipset add s 10.0.0.0/8,eth wildcard
ipset test s 10.0.0.1,eth0
ipset test s 10.0.0.1,eth
ipset test s 10.0.0.1,et
# What it stands for is there already, and taken out it is gone for all.
ipset add s 10.0.0.0/8,eth0; echo $?
ipset add s 10.0.0.0/8,eth1 -exist; echo $?
ipset del s 10.0.0.0/8,eth9; echo $?
ipset save s | grep -c ^add
# The other way round both are there, and the one that came first is met first.
ipset create t hash:net,iface counters
ipset add t 10.0.0.0/8,eth0 nomatch
ipset add t 10.0.0.0/8,eth wildcard
ipset add t 10.0.0.0/8,eth2; echo $?
ipset test t 10.0.0.1,eth0
ipset test t 10.0.0.1,eth1
ipset save t | grep ^add | sort
# A longer network goes before whatever its device is called.
ipset add t 10.1.0.0/16,e wildcard nomatch
ipset test t 10.1.0.1,eth1
ipset test t 10.2.0.1,eth1
# Packets are met by them too, and rules put in devices that nobody named yet.
ip netns add a
ip link add va type veth peer name vb netns a
ip addr add 10.0.0.1/24 dev va
ip link set va up
ip -n a addr add 10.0.0.2/24 dev vb
ip -n a link set vb up
ipset create seen hash:net,iface counters
ipset create by hash:net,iface counters
ipset add by 10.0.0.0/24,v wildcard
iptables -A INPUT -p icmp -m set --match-set by src,src
iptables -A INPUT -p icmp -j SET --add-set seen src,src
ip netns exec a ping -c 1 -q 10.0.0.1 | grep received
iptables -S INPUT
iptables -L INPUT -nv | tail -n +3
ipset save by | grep ^add
ipset save seen | grep ^add
