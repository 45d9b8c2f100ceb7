# packages: docker.io
# Docker as Debian installs it, with a name server's port published to all, one published to the host
# alone, a second network of its own, and one that is internal.
daemon dockerd --storage-driver vfs
until_done docker info
image | docker import - busybox >/dev/null
docker network create --subnet 172.20.0.0/24 -o com.docker.network.bridge.name=br-back back >/dev/null
docker network create --internal --subnet 172.21.0.0/24 -o com.docker.network.bridge.name=br-inner inner >/dev/null
run() { docker run -d --network "$1" --name "$2" "${@:3}" busybox /bin/busybox httpd -f -p 80 -h /www >/dev/null; }
run bridge web -p 8080:80
run bridge tool
run back api -p 127.0.0.1:9000:80
run back cache -p 53:53/udp
run inner db
for name in cache db; do answer "$name" 53; done
answer node 22
