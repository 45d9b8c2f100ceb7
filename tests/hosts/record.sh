#!/bin/bash
# record.sh HOST...: makes hosts of this folder anew, writes them down, and plays their questions. For
# root on a Debian with its packages at hand; nothing of the machine is changed: packages are installed
# into an overlay in memory, daemons run in namespaces of their own, and all of it goes with them.
#
# A folder HOST has
# - how.sh, which makes the host: it runs inside, with the functions of inside.sh. Its lines
#   "# packages: ..." and "# nodes: ..." say what is installed, and which machines there are ("node" if
#   none is named). Each has eth0 on one wire with the others, 192.0.2.10 and on, and with "lan", which
#   is not written down: a neighbour (192.0.2.50), their gateway (192.0.2.1), and all that is behind it.
# - lan.sh, if lan has more than that.
# - questions: the lines "? ..." and "# ..." are kept, the others written anew; see ask below.
# - NODE.json.gz: what netloom snapshot wrote there before anything was asked.
#
# NETLOOM is the program to write down and explain with.
set -e
here=$(cd "$(dirname "$0")" && pwd)
NETLOOM=$(readlink -f "${NETLOOM:-$here/../../target/debug/netloom}")
export NETLOOM

# The first process of each machine.
declare -A PROCESS

word() { sed -n "s/^# $1: *//p" "$here/$HOST/how.sh"; }

# An overlay of the machine's own files, in memory, with the packages of a host.
prepare() {
    local packages=($(word packages))
    mount --make-rprivate /
    mount -t tmpfs -o size=6g tmpfs /mnt
    mkdir /mnt/upper /mnt/work /mnt/root
    mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
    mount --rbind /dev /mnt/root/dev
    mount -t proc proc /mnt/root/proc
    cp "$NETLOOM" /mnt/root/usr/local/bin/netloom
    install -m 755 "$here/within.sh" /mnt/root/usr/local/bin/within
    install -m 755 "$here/flushed.sh" /mnt/root/usr/local/bin/flushed
    mkdir /mnt/root/recorder
    cp -r "$here"/{inside,kube-pods}.sh "$here/$HOST" "$here/../../crates/netloom/tests/hosts/data" /mnt/root/recorder
    rm -rf /mnt/root/usr/local/bin/docker* /mnt/root/etc/docker
    [ ${#packages[@]} = 0 ] && return
    printf '#!/bin/sh\nexit 101\n' >/mnt/root/usr/sbin/policy-rc.d
    chmod +x /mnt/root/usr/sbin/policy-rc.d
    local apt=(env DEBIAN_FRONTEND=noninteractive chroot /mnt/root apt-get -qq -y --no-install-recommends)
    "${apt[@]}" install --download-only "${packages[@]}"
    unshare -n "${apt[@]}" install "${packages[@]}" >/mnt/root/var/log/install.log 2>&1 ||
        { tail /mnt/root/var/log/install.log; exit 1; }
}

# The wire between the machines, a bridge that nobody of them sees, and lan.
wire() {
    ip link add wire type bridge mcast_snooping 0
    ip link set wire up
    mount -t tmpfs tmpfs /run
    ip netns add lan
    ip link add eth0 address 02:00:00:00:00:01 netns lan type veth peer name to-lan
    ip link set to-lan master wire up
    ip -n lan addr add 192.0.2.50/24 dev eth0
    ip -n lan addr add 192.0.2.1/24 dev eth0
    ip -n lan addr add 2001:db8::50/64 dev eth0 nodad
    ip -n lan addr add 2001:db8::1/64 dev eth0 nodad preferred_lft 0
    ip -n lan addr add 198.51.100.1/32 dev lo
    ip -n lan addr add 2001:db8:1::1/128 dev lo nodad
    ip -n lan link set lo up
    ip -n lan link set eth0 up
    ip -n lan route add default via 192.0.2.10
    ip -n lan route add default via 2001:db8::10
    local service
    for service in TCP-LISTEN:80 TCP-LISTEN:6443 UDP-LISTEN:53,bind=198.51.100.1; do
        ip netns exec lan socat "$service,fork,reuseaddr" EXEC:cat </dev/null &
    done
}

# start NODE NUMBER: a machine, whose first process does nothing but hold it.
start() {
    cd /
    unshare --net --mount --pid --uts --ipc --cgroup --fork --kill-child \
        bash "$here/enter.sh" "$1" </dev/null &
    local outer=$! try
    for try in {1..50}; do
        sleep 0.1
        PROCESS[$1]=$(pgrep -P "$outer" || true)
        [ -n "${PROCESS[$1]}" ] && inside "$1" test -e /run/ready && break
    done
    ip link add "to-$1" type veth peer name eth0 address "02:00:00:00:00:$2" netns "${PROCESS[$1]}"
    ip link set "to-$1" master wire up
    inside "$1" ip link set lo up
    inside "$1" ip addr add "192.0.2.$2/24" brd + dev eth0
    inside "$1" ip addr add "2001:db8::$2/64" dev eth0 nodad
    inside "$1" ip link set eth0 up
    inside "$1" ip route add default via 192.0.2.1
    inside "$1" ip route add default via 2001:db8::1
}

# inside NODE COMMAND...
inside() {
    local node=$1
    shift
    nsenter --target "${PROCESS[$node]}" --net --mount --pid --uts --ipc --cgroup --root --wd=/ "$@"
}

# on lan|tailnet|NODE|CONTAINER|NODE:CONTAINER COMMAND...
on() {
    local where=$1
    shift
    case $where in
    lan | tailnet) ip netns exec lan "$@" ;;
    *:*) inside "${where%%:*}" within "${where#*:}" "$@" ;;
    *) if [ -n "${PROCESS[$where]}" ]; then inside "$where" "$@"; else inside node within "$where" "$@"; fi ;;
    esac
}

bracketed() {
    case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac
}

# sent FROM ping|tcp|udp|large TO [PORT or SIZE]: whether a packet is answered.
sent() {
    local node
    for node in $nodes; do inside "$node" flushed >/dev/null 2>&1; done
    case $2 in
    ping) on "$1" timeout 3 ping -n -q -c 1 -W 1 "$3" ;;
    large) on "$1" timeout 3 ping -n -q -c 1 -W 1 -M do -s "$4" "$3" ;;
    tcp) on "$1" timeout 3 nc -n -z -w 1 "$3" "$4" ;;
    udp) [ "$(echo x | on "$1" timeout 3 socat -t 0.6 - "UDP:$(bracketed "$3"):$4")" = x ] ;;
    esac >/dev/null 2>&1
}

# asked FROM KIND TO [PORT]: the words of netloom explain for it.
asked() {
    local from=$1 kind=$2 to=$3 port=$4
    case $from-$to in
    lan-*:*) set -- --from outside eth0 2001:db8::50 ;;
    lan-*) set -- --from outside eth0 192.0.2.50 ;;
    tailnet-*) set -- --from outside tailscale0 100.64.0.7 ;;
    *) set -- --from "$from" ;;
    esac
    case $kind in
    ping) echo "$* $to" ;;
    large) echo "$* $to --df --size $port" ;;
    tcp | udp) echo "$* $(bracketed "$to"):$port --proto $kind" ;;
    esac
}

# ask FROM KIND TO [PORT]: what becomes of one packet, told and played; where it is lost, with the fix.
# Exit code 3 is one that meets what netloom does not know, 4 one that left the host, or whose answer did:
# how these end is known to Linux alone.
ask() {
    local words linux said code
    words=$(asked "$@")
    # Once may be by chance.
    if sent "$@" || sent "$@"; then linux=reached; else linux=lost; fi
    said=$("$NETLOOM" explain $snapshots $words --fix 2>&1) && code=0 || code=$?
    echo "? $*"
    echo "\$ explain $words --fix"
    echo "linux: $linux"
    sed -n '/^=>/p; /^fix:/,$p; /^netloom/p' <<<"$said"
    case $code-$linux-$said in
    0-reached-* | 1-lost-* | 3-* | 4-reached-* | 4-lost-*"=> the packet left "*) ;;
    *) echo "DISAGREES: exit code $code"; echo "$said" >&2 ;;
    esac
    [ "$linux" = lost ] || return 0
    sed -n '/^fix: tried/,$p' <<<"$said" | sed '1d; /^ *#/d' >"$kept/$fixes.fix"
    echo "$*" >"$kept/$fixes.ask"
    fixes=$((fixes + 1))
}

# Carries out the fixes that were told, one after the other, and sends each packet again.
fix() {
    local number
    for ((number = 0; number < fixes; number++)); do
        [ -s "$kept/$number.fix" ] || continue
        local question=($(cat "$kept/$number.ask")) line before
        if sent "${question[@]}"; then before=reached; else before=lost; fi
        while read -r line <&3; do repair "$line"; done 3<"$kept/$number.fix"
        if sent "${question[@]}"; then echo "fixed ${question[*]}: $before, then reached"; else
            echo "fixed ${question[*]}: $before, then lost"
        fi
    done
}

# repair LINE: a line of a fix, which says on which node where there are several.
repair() {
    local node=${nodes%% *} line=$1
    case $line in "on "*) node=${line#on } node=${node%%:*} line=${line#*: } ;; esac
    # What an earlier fix did already is refused.
    inside "$node" bash -c "$line" >/dev/null || true
}

record() {
    wire
    nodes=$(word nodes)
    nodes=${nodes:-node}
    kept=$(mktemp -d -p /mnt)
    local node number=10 line snapshots= fixes=0
    for node in $nodes; do
        start "$node" "$number"
        number=$((number + 1))
    done
    [ ! -e "$here/$HOST/lan.sh" ] || ip netns exec lan bash "$here/$HOST/lan.sh" </dev/null
    for node in $nodes; do
        inside "$node" bash -c "set -e; NODE=$node; cd /recorder; . ./inside.sh; . ./$HOST/how.sh" </dev/null
    done
    sleep 2
    for node in $nodes; do
        # Ports of a spanning tree take their time.
        while inside "$node" bridge link | grep -qE 'state (listening|learning)'; do sleep 0.5; done
        inside "$node" flushed >/dev/null 2>&1
        inside "$node" netloom snapshot --all-namespaces -o "/run/$node.json" || true
        inside "$node" cat "/run/$node.json" | told >"$here/$HOST/$node.json.gz"
        inside "$node" rm "/run/$node.json"
        snapshots+=" --snapshot $here/$HOST/$node.json.gz"
    done
    while read -r line <&3; do
        case $line in
        "? "*) ask ${line#\? } ;;
        "#"*) echo "$line" ;;
        esac
    done 3<"$here/$HOST/questions" >"$kept/questions"
    fix >"$kept/fixed"
    cat "$kept/fixed"
    awk -v file="$kept/fixed" 'BEGIN {
            while ((getline line < file) > 0) { split(line, part, ": "); sub(/^fixed /, "", part[1])
                name = part[1]; rest = substr(line, length("fixed " name ": ") + 1); after[name] = rest } }
        function end() { if (asked in after) print "linux, after that: " after[asked]; asked = "" }
        /^[?#]/ { end() }
        /^\? / { asked = substr($0, 3) }
        { print }
        END { end() }' "$kept/questions" >"$here/$HOST/questions"
    grep -n DISAGREES "$here/$HOST/questions" || true
}

# A snapshot as it is kept: without what says on which machine it was taken.
told() {
    gunzip -cf | sed 's/"kernel": *"\([0-9.]*\)[^"]*"/"kernel": "\1"/' | gzip -9n
}

case $1 in
--install)
    HOST=$2
    prepare
    exec unshare --net --pid --fork --kill-child --mount bash "$here/record.sh" --record "$HOST"
    ;;
--record)
    HOST=$2
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    record
    ;;
*)
    for host; do
        echo "== $host"
        unshare --mount bash "$here/record.sh" --install "$host"
    done
    ;;
esac
