# A network without communication among its containers (icc=false) drops their frames, because
# br_netfilter has FORWARD asked of them.
docker_host
setting host net.bridge.bridge-nf-call-iptables 1
container one docker0 172.17.0.2/16 172.17.0.1
container two docker0 172.17.0.3/16 172.17.0.1
iptables -R FORWARD 6 -i docker0 -o docker0 -j DROP
ask one ping 172.17.0.3
