# The program listens, on 127.0.0.1 alone.
ip link set lo up
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
socat TCP-LISTEN:80,bind=127.0.0.1,fork,reuseaddr SYSTEM:true &
sleep 0.5
ask host tcp 127.0.0.1 80
ask lan tcp 192.0.2.1 80
