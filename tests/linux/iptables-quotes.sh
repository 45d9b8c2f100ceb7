# What a rule says in words of its own stands in quotation marks, unless it is letters and digits.
iptables -A INPUT -m comment --comment plain_word-7
iptables -A INPUT -m comment --comment 'default/web:http'
iptables -A INPUT -m comment --comment a.b
iptables -A INPUT -m comment --comment 'two words'
iptables -A INPUT -m comment --comment 'says "no"'
iptables -A INPUT -m comment --comment 'back\slash'
iptables -A INPUT -j LOG --log-prefix dropped
iptables -A INPUT -j LOG --log-prefix dropped:
iptables -A INPUT -j NFLOG --nflog-prefix 'a+b'
iptables -S INPUT
# What is saved is read again.
iptables-save | grep -e '-A' >saved
(echo '*filter'; cat saved; echo COMMIT) | iptables-restore
iptables-save | grep -e '-A' >again; cksum <again >a; cksum <saved >b; [ "$(cat a)" = "$(cat b)" ] && echo the same
