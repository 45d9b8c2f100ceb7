#!/bin/bash
# The kernel sees a table of legacy once it is whole: what it refuses is told with the line that ends it.
iptables-legacy-restore <<END
*filter
:INPUT ACCEPT
-A INPUT -s 1.2.3.4 -j ACCEPT
-A INPUT -j MASQUERADE
-A INPUT -s 1.2.3.5 -j ACCEPT
COMMIT
END
iptables-legacy -S
iptables-legacy -A INPUT -j MASQUERADE
iptables-legacy-restore <<END
*filter
-A INPUT -s 1.2.3.4 -j DNAT --to 1.2.3.4
COMMIT
END
iptables-legacy-restore <<END
*filter
-A INPUT -p tcp -j TPROXY --on-port 80
COMMIT
END
iptables-legacy-restore <<END
*filter
-A INPUT -m owner --uid-owner 0
-A INPUT -j ACCEPT
COMMIT
END
iptables-legacy-restore <<END
*filter
-A INPUT -p udp -j REJECT --reject-with tcp-reset
COMMIT
END
# What is wrong with its words is told with its own line.
iptables-legacy-restore <<END
*filter
-A INPUT -j nochain
-A INPUT -j ACCEPT
COMMIT
END
iptables-legacy-restore <<END
*filter
-A INPUT -p tcp --dport x
COMMIT
END
iptables-legacy-restore <<END
*filter
-A INPUT -j MASQUERADE
-A INPUT -p tcp --dport x
COMMIT
END
iptables-legacy -S
