#!/bin/sh
# Writes down what decides about the packets of this host, for "netloom snapshot --import" and
# "netloom explain --snapshot" elsewhere. It only reads, by the tools that are here, and writes to
# standard output alone:
#
#     sh collect.sh > host.txt
#
# Run it as root: others see no rules, no connections, and no namespaces but their own.
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
export LC_ALL PATH

# Every line that is not of a tool begins with this.
mark=@@netloom

say() {
    printf '%s %s\n' "$mark" "$*"
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# What goes to the namespace that is read now, and runs a command there: $way says how, $place where.
way=here
place=
inside() {
    case $way in
        here) "$@" ;;
        netns) ip netns exec "$place" "$@" ;;
        process) nsenter -t "$place" -n "$@" ;;
    esac
}

# part NAME COMMAND...: what a command prints in the namespace, then its exit code and the first line
# of what it complains about.
part() {
    name=$1
    shift
    if ! have "$1"; then
        say "none $name $1"
        return
    fi
    say "part $name"
    { complaint=$(inside "$@" 2>&1 >&3 3>&-); code=$?; } 3>&1
    printf '\n'
    say "end $code $(printf '%s' "$complaint" | head -n 1)"
}

# Old versions know no -j and no -N; what they print for people is read too.
json=
numbers=
bridge_json=
ip -j link show lo >/dev/null 2>&1 && json=-j
ip -N link show lo >/dev/null 2>&1 && numbers=-N
bridge -j link show >/dev/null 2>&1 && bridge_json=-j

# What belongs to one namespace.
namespace() {
    part link ip $json -d -s -s link show
    part address ip $numbers $json -d address show
    part route4 ip $numbers $json -4 -d route show table all
    part route6 ip $numbers $json -6 -d route show table all
    part rule4 ip $numbers $json -4 -d rule show
    part rule6 ip $numbers $json -6 -d rule show
    part nexthop ip $numbers $json -d nexthop show
    part neighbour ip $numbers $json -s neighbour show nud all
    part proxy4 ip $numbers $json -4 neighbour show proxy
    part proxy6 ip $numbers $json -6 neighbour show proxy
    part nsid ip $json netns list-id
    part fdb bridge $bridge_json -d -s fdb show
    part vlan bridge $bridge_json -d vlan show
    part mdb bridge $bridge_json -d -s mdb show
    part group ip $json maddr show
    part sockets ss -n -a -e -p -t -u -w
    part counters sh -c 'cat /proc/net/snmp /proc/net/netstat; cat /proc/net/snmp6 2>/dev/null || :'
    part sysctl sysctl -a
    part ipset ipset save
    # Which of the two variants a plain "iptables-save" is, it says itself.
    for family in iptables ip6tables; do
        if have $family-legacy-save && have $family-nft-save; then
            part $family $family-legacy-save -c
            part $family $family-nft-save -c
        else
            part $family $family-save -c
        fi
    done
    have arptables-nft-save && part arptables arptables-nft-save -c
    have ebtables-nft-save && part ebtables ebtables-nft-save
    part nft nft -j list ruleset
    part connections conntrack -L -o save
}

# The number of the namespace that a file leads to.
number() {
    readlink "$1" 2>/dev/null | sed -n 's/^net:\[\([0-9]*\)\]$/\1/p'
}

say "collected 1"
say "host $(hostname 2>/dev/null || cat /proc/sys/kernel/hostname)"
say "kernel $(uname -r)"
say "taken $(date +%s)"

own=$(number /proc/self/ns/net)
seen=" $own "
say "namespace $own /proc/self/ns/net first"
namespace

if have ip; then
    for path in /run/netns/*; do
        [ -e "$path" ] || continue
        name=${path##*/}
        case $name in
            *[[:cntrl:]]*)
                say "refused /run/netns/$(printf '%s' "$name" | tr '[:cntrl:]' '?'): its name has control characters"
                continue
                ;;
        esac
        way=netns
        place=$name
        found=$(inside readlink /proc/self/ns/net 2>/dev/null | sed -n 's/^net:\[\([0-9]*\)\]$/\1/p')
        if [ -z "$found" ]; then
            say "refused $path: it cannot be entered"
            continue
        fi
        case $seen in *" $found "*) continue ;; esac
        seen="$seen$found "
        say "namespace $found $path named $name"
        namespace
    done
fi

# Processes, and the namespaces that only they lead to.
hidden=0
for folder in /proc/[0-9]*; do
    pid=${folder#/proc/}
    found=$(number "$folder/ns/net")
    if [ -z "$found" ]; then
        [ -e "$folder/ns" ] && hidden=$((hidden + 1))
        continue
    fi
    comm=
    read -r comm 2>/dev/null <"$folder/comm"
    say "process $found $pid $comm"
    case $seen in *" $found "*) continue ;; esac
    seen="$seen$found "
    if have nsenter; then
        way=process
        place=$pid
        say "namespace $found $folder/ns/net of $pid"
        namespace
    else
        say "refused $folder/ns/net: there is no nsenter here"
    fi
done
[ $hidden -gt 0 ] && say "hidden $hidden"

way=here
for runtime in docker podman; do
    have $runtime || continue
    form='{{.State.Pid}} {{.Id}} {{.Name}}'
    for id in $($runtime ps -q 2>/dev/null); do
        line=$($runtime inspect --format "$form" "$id" 2>/dev/null) && say "container $runtime $line"
    done
done
say "done"
