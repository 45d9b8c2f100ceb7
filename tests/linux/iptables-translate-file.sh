# What iptables-save wrote, in words of nft.
file=/tmp/rules.$$
undated() { sed 's/ on [A-Z].*//'; }
cat > $file << 'END'
# a router
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [3:4]
:OUTPUT ACCEPT [0:0]
:web - [0:0]
[1:2] -A INPUT -p tcp -m tcp --dport 22 -j web
-A web -m recent --set -j DROP
-A web -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o eth0 -m comment --comment "to the world" -j MASQUERADE
COMMIT
END
iptables-restore-translate -f $file | undated
cat > $file << 'END'
*filter
:INPUT ACCEPT [0:0]
-A INPUT -p ipv6-icmp -j ACCEPT
-A INPUT -s 2001:db8::/32 -j DROP
COMMIT
END
ip6tables-restore-translate -f $file | undated
cat > $file << 'END'
*filter
:INPUT ACCEPT [0:0]
-A INPUT -s 10.0.0.1/33 -j DROP
COMMIT
END
iptables-restore-translate -f $file > /dev/null
rm $file
