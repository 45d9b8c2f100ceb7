# Containers of two networks of Docker do not reach one another.
docker_host
bridge_of br-two 172.18.0.1/16
docker_network br-two 172.18.0.0/16
container one docker0 172.17.0.2/16 172.17.0.1
container two br-two 172.18.0.2/16 172.18.0.1
ask one ping 172.18.0.2
