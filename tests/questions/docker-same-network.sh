# Containers of one network reach one another, also where frames of bridges are asked of FORWARD.
docker_host
setting host net.bridge.bridge-nf-call-iptables 1
container one docker0 172.17.0.2/16 172.17.0.1
container two docker0 172.17.0.3/16 172.17.0.1
ask one ping 172.17.0.3
