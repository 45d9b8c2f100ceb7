# packages: podman netavark aardvark-dns crun conmon
# Podman as root with netavark: the default network with a published port, a second one, one that is
# internal, and one that is kept apart from the others.
mkdir -p /etc/containers
printf '[network]\nnetwork_backend = "netavark"\n[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' \
    >/etc/containers/containers.conf
printf '{ "default": [{ "type": "insecureAcceptAnything" }] }\n' >/etc/containers/policy.json
export STORAGE_DRIVER=vfs
image | podman import - busybox >/dev/null 2>&1
podman network create --subnet 10.89.0.0/24 back >/dev/null
podman network create --subnet 10.89.1.0/24 --internal inner >/dev/null
podman network create --subnet 10.89.2.0/24 --opt isolate=true apart >/dev/null
run() {
    podman run -d --cgroups=disabled --network "$1" --name "$2" "${@:3}" busybox \
        /bin/busybox httpd -f -p 80 -h /www >/dev/null
}
run podman web -p 8080:80
run podman tool
run back api -p 127.0.0.1:9000:80
run back cache -p 5353:53/udp
run inner db
run apart lone
answer cache 53
answer node 22
