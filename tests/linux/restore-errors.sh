# A file with a mistake names its line and loads nothing of that table.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.1/24 dev a0; ip -n a link set a0 up
ip -n r addr add 10.0.1.2/24 dev r0; ip -n r link set r0 up
ip -n r addr add 10.0.2.2/24 dev r1; ip -n r link set r1 up
ip -n b addr add 10.0.2.1/24 dev b0; ip -n b link set b0 up
ip -n a route add default via 10.0.1.2; ip -n b route add default via 10.0.2.2
r() { ip netns exec r "$@"; }
r sysctl -qw net.ipv4.ip_forward=1
ping() { ip netns exec a ping -q -c 1 -W 1 "$@" 10.0.2.1 | grep -o '[0-9]* received'; }
ping > /dev/null
r iptables -A INPUT -s 10.9.9.9 -j DROP
load() { r iptables-restore "$@"; echo "exit status $?"; r iptables -S; }
load << 'END'
*filter
:INPUT ACCEPT [0:0]
-A INPUT -s 10.1.1.1 -j ACCEPT
-A INPUT -s 10.1.1.2 -j NOSUCH
COMMIT
END
load << 'END'
*filter
:INPUT ACCEPT [0:0]
-A INPUT --nosuch
COMMIT
END
load << 'END'
*filter
-A INPUT -j ACCEPT
END
load << 'END'
*nosuch
COMMIT
END
load << 'END'
-A INPUT -j ACCEPT
END
load --test << 'END'
*filter
-A INPUT -j ACCEPT
COMMIT
END
load -n << 'END'
*filter
-A INPUT -s 10.2.2.2 -j ACCEPT
COMMIT
END
load -c << 'END'
*filter
:INPUT DROP [5:500]
[3:300] -A INPUT -s 10.3.3.3 -j ACCEPT
COMMIT
END
r iptables-save -c | grep -E '^(:INPUT|\[)'
