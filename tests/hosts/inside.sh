# What the hosts of this folder are made with, inside.

# network NAME VALUE...: settings.
setting() {
    while [ $# -gt 0 ]; do
        sysctl -q -w "$1=$2"
        shift 2
    done
}

# until_done COMMAND...: waits until a command succeeds, 30 seconds at most.
until_done() {
    local try
    for try in {1..150}; do
        "$@" >/dev/null 2>&1 && return
        sleep 0.2
    done
    echo "never done: $*" >&2
    return 1
}

# daemon COMMAND...: a program that stays.
daemon() {
    setsid "$@" </dev/null >"/var/log/${1##*/}.log" 2>&1 &
}

# image: an image of busybox alone, as a tar on standard output.
image() {
    local root
    root=$(mktemp -d)
    mkdir "$root/bin" "$root/etc" "$root/www"
    cp "$(command -v busybox)" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
    echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
    echo hello >"$root/www/index.html"
    tar -C "$root" -c .
    rm -r "$root"
}

# answer CONTAINER|node PORT: a program that answers UDP and TCP there.
answer() {
    local where=$1 port=$2 in=()
    [ "$where" = node ] || in=(within "$where")
    daemon "${in[@]}" socat "TCP6-LISTEN:$port,fork,reuseaddr,ipv6only=0" SYSTEM:true
    daemon "${in[@]}" socat "UDP6-LISTEN:$port,fork,reuseaddr,ipv6only=0" EXEC:cat
    until_done eval "${in[*]} ss -Hln 'sport = :$port' | grep -q tcp"
}

# pod NAME: a namespace of its own with a name, as CNI makes them.
pod() {
    ip netns add "$1"
    ip -n "$1" link set lo up
}
