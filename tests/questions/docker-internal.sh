# A network that was made with --internal does not reach the outside.
docker_host
bridge_of br-in 172.19.0.1/16
iptables -I DOCKER-ISOLATION-STAGE-1 ! -s 172.19.0.0/16 -o br-in -j DROP
iptables -I DOCKER-ISOLATION-STAGE-1 ! -d 172.19.0.0/16 -i br-in -j DROP
container in br-in 172.19.0.2/16 172.19.0.1
ask in ping 192.0.2.2
