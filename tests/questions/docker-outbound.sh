# A container reaches the LAN, which knows no way back to it: MASQUERADE gives it the host's address.
docker_host
container web docker0 172.17.0.2/16 172.17.0.1
ask web ping 192.0.2.2
