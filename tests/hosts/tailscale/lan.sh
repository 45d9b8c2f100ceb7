# The peer: 100.64.0.7, with a network behind it.
ip addr add 10.9.0.1/24 dev lo
socat TUN:100.64.0.7/32,tun-name=tailscale0,iff-no-pi,iff-up UDP-DATAGRAM:192.0.2.10:41641,bind=192.0.2.50:41641 &
until ip link show tailscale0 >/dev/null 2>&1; do sleep 0.1; done
ip link set tailscale0 mtu 1280
ip route add 100.101.102.103 dev tailscale0
ip route add 10.1.0.0/24 dev tailscale0 src 100.64.0.7
