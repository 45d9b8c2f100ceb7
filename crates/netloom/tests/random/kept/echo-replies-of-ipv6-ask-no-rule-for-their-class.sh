# To be run by: unshare --net --mount bash FILE
mount -t tmpfs tmpfs /run && mkdir /run/netns
namespace() {
    ip netns add "$1"
    ip netns exec "$1" sysctl -qw net.ipv4.icmp_ratemask=0 net.ipv4.icmp_msgs_per_sec=1000000 net.ipv4.icmp_msgs_burst=1000000 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0 net.ipv6.icmp.ratelimit=0 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.mldv2_unsolicited_report_interval=10 net.ipv6.conf.default.router_solicitations=0 net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0
}
setting() { ip netns exec "$1" sysctl -qw "$2"; }
timers() {
    for family in ipv4 ipv6; do
        ip netns exec "$1" sysctl -qw net.$family.neigh.$2.retrans_time_ms=100 net.$family.neigh.$2.delay_first_probe_time=300 net.$family.neigh.$2.base_reachable_time_ms=3000000 net.$family.neigh.$2.locktime=300000 net.$family.neigh.$2.proxy_delay=0 net.$family.neigh.$2.gc_stale_time=3000
    done
}
pause() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }
settle() { sleep 0.3; }
probe() {
    local ns=$1 kind=$2 to=$3 size=56 ttl=64 more=()
    shift 3
    while (($#)); do
        case $1 in
            size | ttl) declare "$1=$2" ;;
            df) more+=(-M "$2") ;;
            from | dev) more+=(-I "$2") ;;
            mark) more+=(-m "$2") ;;
            tos) more+=(-Q "$2") ;;
        esac
        shift 2
    done
    if [[ $kind == ping ]]; then
        ip netns exec "$ns" ping -n -b -c 1 -W 1 -s "$size" -t "$ttl" "${more[@]}" "$to"
    else
        # UDP: nobody listens here; see who is told, by tcpdump.
        head -c "$size" /dev/zero |
            ip netns exec "$ns" socat -u - "UDP-SENDTO:[$to]:${kind#udp/},ip-ttl=$ttl"
    fi
}

# The case.
namespace n0
namespace n1
ip -n n0 link add d0 address 02:00:00:00:00:01 type veth peer name d1 address 02:00:00:00:00:02 netns n1
timers n0 d0
timers n1 d1
ip -n n0 addr add fd00::1/64 dev d0
ip -n n0 link set d0 up
ip -n n1 addr add fd00::2/64 dev d1
ip -n n1 link set d1 up
settle
ip -6 -n n1 rule add from ::/0 tos 0x10 prohibit
probe n0 ping fd00::2 size 56 tos 16
probe n1 ping fd00::1 size 56 tos 16
probe n1 ping fd00::1 size 56
