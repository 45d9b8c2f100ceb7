# The host was booted, and nobody set ip_forward.
docker_host
container web docker0 172.17.0.2/16 172.17.0.1
setting host net.ipv4.ip_forward 0
ask web ping 192.0.2.2
