# Rules by nft, by iptables of both variants, and the sets that they ask.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
ipset create hosts hash:ip comment counters
ipset add hosts 10.0.0.1 comment one
ipset add hosts 10.0.0.2
ipset create nets hash:net family inet6 hashsize 128 maxelem 4096
ipset add nets fd00::/64
ipset add nets fd00:1::/64 nomatch
ipset create ports hash:ip,port timeout 3600
ipset add ports 10.0.0.1,tcp:80 timeout 3000
ipset create marks bitmap:port range 1-1000 skbinfo
ipset add marks 5 skbmark 0x5/0xff
ipset create all list:set
ipset add all hosts
iptables-nft -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables-nft -A FORWARD -m set --match-set hosts src -m comment --comment 'those of the house' -j ACCEPT
iptables-nft -P FORWARD DROP
iptables-nft -N LOGGED
iptables-nft -A LOGGED -m limit --limit 3/min --limit-burst 5 -j LOG --log-prefix 'gone: '
iptables-nft -A LOGGED -j REJECT --reject-with icmp-port-unreachable
iptables-nft -A INPUT -p tcp -m multiport --dports 22,80:90 -j LOGGED
iptables-nft -t nat -A POSTROUTING -o v0 -s 10.0.0.0/8 -j MASQUERADE --random
iptables-nft -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80
ip6tables-nft -A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT
ip6tables-nft -t mangle -A OUTPUT -m mark --mark 0x1/0xff -j MARK --set-xmark 0x2/0xff
iptables-legacy -A INPUT -i lo -j ACCEPT
iptables-legacy -A INPUT -m recent --name seen --rcheck --seconds 60 -j DROP
iptables-legacy -A INPUT -m addrtype --dst-type LOCAL -m hashlimit --hashlimit-upto 5/sec \
    --hashlimit-mode srcip --hashlimit-name h -j ACCEPT
iptables-legacy -P OUTPUT DROP
iptables-legacy -t raw -A PREROUTING -p udp --sport 53 -j NOTRACK
iptables-legacy -t nat -A POSTROUTING -m set --match-set all src -j SNAT --to-source 10.0.0.9-10.0.0.10
ip6tables-legacy -A FORWARD -s fd00::/64 -m hl --hl-gt 3 -j ACCEPT
nft -f - <<'RULES'
table inet shop {
    comment "a shop"
    counter sold { }
    quota left { over 5 mbytes }
    limit slow { rate 5/second burst 3 packets }
    set customers {
        type ipv4_addr . inet_service
        flags interval
        elements = { 10.0.0.0/24 . 80-90, 10.1.0.1 . 443 }
    }
    set seen {
        type ipv4_addr
        size 100
        flags dynamic,timeout
        timeout 5m
    }
    map doors {
        type inet_service : verdict
        elements = { 22 : drop, 80 : jump web }
    }
    map houses {
        typeof ip saddr : ip daddr
        elements = { 10.0.0.1 : 10.0.0.2, 10.0.0.3 : 10.0.0.4 }
    }
    chain web {
        ct state vmap { established : accept, invalid : drop }
        tcp flags & (syn | ack) == syn tcp option maxseg size set 1400
        meta mark set ct mark and 0xff comment "of the connection"
        limit rate over 10/minute burst 5 packets counter drop
    }
    chain in {
        type filter hook input priority filter + 5; policy drop;
        iifname { "lo", "v*" } accept
        tcp dport vmap @doors
        ip saddr . tcp dport @customers counter name sold accept
        add @seen { ip saddr timeout 1m limit rate 5/second }
        quota name "left" drop
        log prefix "in: " group 3 snaplen 100
        reject with icmpx admin-prohibited
    }
    chain pre {
        type nat hook prerouting priority dstnat;
        dnat ip to ip saddr map @houses
        tcp dport 81 redirect to :8081-8090 random
    }
}
table netdev edge {
    chain v0in {
        type filter hook ingress device "v0" priority -500;
        ether saddr 02:00:00:00:00:01 drop
        meta protocol { arp, ip } accept
    }
}
table bridge b {
    chain pass {
        type filter hook forward priority 0;
        ether type vlan vlan id 5 counter accept
    }
}
table arp a {
    chain in {
        type filter hook input priority 0;
        arp operation request arp daddr ip 10.0.0.1 counter
    }
}
table ip off {
    flags dormant
    chain x {
        type route hook output priority mangle;
        ip dscp set cs1
    }
}
RULES
