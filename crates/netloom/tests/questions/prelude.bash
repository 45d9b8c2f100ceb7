# What questions are asked with. A host is the namespace in which a script begins ("host"), others have
# names. Each question is answered three ways: by netloom explain --live before a packet is sent, by a
# packet that is really sent, and by netloom explain --snapshot of the same host; where the packet is
# lost, the fix that is told is carried out, and a packet is sent again.

# The host's name, in a namespace of names of its own.
[ "$(</proc/sys/kernel/hostname)" = node ] || echo node >/proc/sys/kernel/hostname

netloom() { "$NETLOOM" "$@"; }

# on HOST COMMAND...: runs a command on a host.
on() {
    local host=$1
    shift
    if [ "$host" = host ]; then "$@"; else ip netns exec "$host" "$@"; fi
}

# setting HOST NAME VALUE...
setting() {
    local host=$1
    shift
    while [ $# -gt 0 ]; do
        on "$host" sysctl -q -w "$1=$2"
        shift 2
    done
}

# machine NAME...: hosts of their own.
machine() {
    local name
    for name; do
        ip netns add "$name"
        ip -n "$name" link set lo up
    done
}

# wire HOST DEV ADDRESS HOST DEV ADDRESS: two hosts on one wire.
wire() {
    ip link add wire0 type veth peer name wire1
    end wire0 "$1" "$2" "$3"
    end wire1 "$4" "$5" "$6"
}

# end DEV HOST NAME ADDRESS
end() {
    if [ "$2" = host ]; then
        ip link set "$1" name "$3"
        ip addr add "$4" dev "$3"
        ip link set "$3" up
    else
        ip link set "$1" netns "$2"
        ip -n "$2" link set "$1" name "$3"
        ip -n "$2" addr add "$4" dev "$3"
        ip -n "$2" link set "$3" up
    fi
}

# bridge_of NAME ADDRESS: a bridge with an address of the host's.
bridge_of() {
    ip link add "$1" type bridge
    ip addr add "$2" dev "$1"
    ip link set "$1" up
}

# container NAME BRIDGE ADDRESS [GATEWAY]: a host behind a port of a bridge, "vNAME".
container() {
    machine "$1"
    ip link add "v$1" type veth peer name eth0 netns "$1"
    ip link set "v$1" master "$2" up
    ip -n "$1" addr add "$3" dev eth0
    ip -n "$1" link set eth0 up
    [ -z "$4" ] || ip -n "$1" route add default via "$4"
}

# listen HOST tcp|udp PORT: a program that answers.
listen() {
    local host=$1 protocol=$2 port=$3
    if [ "$protocol" = tcp ]; then
        on "$host" socat "TCP-LISTEN:$port,fork,reuseaddr" SYSTEM:true &
    else
        on "$host" socat "UDP-LISTEN:$port,fork,reuseaddr" EXEC:cat &
    fi
    local try
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        on "$host" ss -Hln -A "$protocol" "sport = :$port" | grep -q . && return
        sleep 0.1
    done
    echo "nobody listens at $port"
}

# The network of a host with Docker as it is installed: docker0, and the rules of its daemon. lan is
# another host, behind eth0.
docker_host() {
    setting host net.ipv4.ip_forward 1
    bridge_of docker0 172.17.0.1/16
    machine lan
    wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
    iptables -P FORWARD DROP
    iptables -N DOCKER
    iptables -N DOCKER-ISOLATION-STAGE-1
    iptables -N DOCKER-ISOLATION-STAGE-2
    iptables -N DOCKER-USER
    iptables -A DOCKER-ISOLATION-STAGE-1 -j RETURN
    iptables -A DOCKER-ISOLATION-STAGE-2 -j RETURN
    iptables -A DOCKER-USER -j RETURN
    iptables -A FORWARD -j DOCKER-USER
    iptables -A FORWARD -j DOCKER-ISOLATION-STAGE-1
    iptables -t nat -N DOCKER
    iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
    iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
    docker_network docker0 172.17.0.0/16
}

# docker_network BRIDGE PREFIX: the rules of one of its networks.
docker_network() {
    iptables -A FORWARD -o "$1" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
    iptables -A FORWARD -o "$1" -j DOCKER
    iptables -A FORWARD -i "$1" ! -o "$1" -j ACCEPT
    iptables -A FORWARD -i "$1" -o "$1" -j ACCEPT
    iptables -I DOCKER-ISOLATION-STAGE-1 -i "$1" ! -o "$1" -j DOCKER-ISOLATION-STAGE-2
    iptables -I DOCKER-ISOLATION-STAGE-2 -o "$1" -j DROP
    iptables -t nat -A POSTROUTING -s "$2" ! -o "$1" -j MASQUERADE
    iptables -t nat -A DOCKER -i "$1" -j RETURN
}

# publish BRIDGE PORT ADDRESS PORT: a port of a container, published as by docker run -p.
publish() {
    iptables -t nat -A DOCKER ! -i "$1" -p tcp --dport "$2" -j DNAT --to-destination "$3:$4"
    iptables -A DOCKER -d "$3/32" ! -i "$1" -o "$1" -p tcp --dport "$4" -j ACCEPT
    iptables -t nat -A POSTROUTING -s "$3/32" -d "$3/32" -p tcp --dport "$4" -j MASQUERADE
}

# sent HOST ping|tcp|udp|large TO [PORT or SIZE]: whether a packet sent by a host is answered. SPORT is the
# port that one of UDP comes from.
sent() {
    case $2 in
    ping) on "$1" timeout 2 ping -n -q -c 1 -W 1 "$3" ;;
    large) on "$1" timeout 2 ping -n -q -c 1 -W 1 -M do -s "$4" "$3" ;;
    tcp) on "$1" timeout 2 nc -n -z -w 1 "$3" "$4" ;;
    udp)
        local to="UDP:$(bracketed "$3"):$4${SPORT:+,sourceport=$SPORT}"
        [ "$(echo x | on "$1" timeout 2 socat -t 0.6 - "$to")" = x ]
        ;;
    esac >/dev/null 2>&1
}

bracketed() {
    case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac
}

# explained HOST KIND TO [PORT] OPTIONS...: what netloom says of it.
explained() {
    local from=$1 kind=$2 to=$3 port=$4
    shift 4
    case $kind in
    ping) set -- "$@" "$to" ;;
    large) set -- "$@" "$to" --df --size "$port" ;;
    tcp | udp) set -- "$@" "$(bracketed "$to"):$port" --proto "$kind" ${SPORT:+--sport "$SPORT"} ;;
    esac
    [ "$from" = host ] || set -- --from "$from" "$@"
    netloom explain "$@"
}

# ask HOST ping|tcp|udp|large TO [PORT or SIZE]: all that is held to one another about one packet.
ask() {
    local from=$1 kind=$2 to=$3 port=$4 live code linux
    echo "? $*"
    netloom snapshot --all-namespaces -o before.json 2>/dev/null
    live=$(explained "$from" "$kind" "$to" "$port" --live --fix 2>&1)
    code=$?
    if sent "$@"; then linux=reached; else linux=lost; fi
    echo "linux: $linux"
    grep '^=>' <<<"$live" || sed 's/^/said: /' <<<"$live"
    case $code-$linux in
    0-reached | 1-lost) ;;
    *) echo "DISAGREES: exit code $code"; echo "$live" ;;
    esac
    diff <(echo "$live") <(explained "$from" "$kind" "$to" "$port" --snapshot before.json --fix 2>&1) >apart ||
        { echo "DISAGREES: the snapshot says"; cat apart; }
    [ "$linux" = lost ] || return
    sed -n '/^fix:/,$p' <<<"$live"
    sed -n '/^fix:/,$p' <<<"$live" | sed 1d >fix
    [ -s fix ] || return
    bash fix >/dev/null
    if sent "$@"; then echo "linux, after that: reached"; else echo "linux, after that: lost"; fi
}
