#!/bin/bash
# The same of the older kind: its tables in the order in which they were made, its errors.
t() { echo "\$ $*"; "$@" 2>&1 | sed "s/ on [A-Z][a-z][a-z] .*//"; echo "= ${PIPESTATUS[0]}"; }
t iptables-legacy-save
t iptables-legacy -N foo
t iptables-legacy -A foo -j ACCEPT
t iptables-legacy -t nat -A POSTROUTING -s 10.0.0.0/8 -j ACCEPT
t iptables-legacy-save
t iptables-legacy-save -c
t iptables-legacy-save -t nat
t iptables-legacy-save -t mangle
t iptables-legacy-save -t bogus
t iptables-legacy-save foo
t iptables-legacy -E INPUT y
t iptables-legacy -A INPUT -j DROP
t iptables-legacy -E INPUT z
t iptables-legacy -S
t iptables-legacy-save
t iptables-legacy -F
t iptables-legacy -X
t iptables-legacy -S
cat > good <<'X'
# comment
*filter
:INPUT ACCEPT [1:2]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:my - [0:0]
[3:4] -A INPUT -s 1.2.3.4 -j my
-A my -p tcp -m tcp --dport 22 -m comment --comment "a b" -j ACCEPT
COMMIT
# done
*nat
:PREROUTING ACCEPT [0:0]
COMMIT
X
t iptables-legacy-restore < good
t iptables-legacy-save -c
t iptables-legacy-save -c
printf '*filter\n-A INPUT -j ACCEPT\nCOMMIT\n' | t iptables-legacy-restore -n
t iptables-legacy-save -c
printf '*filter\n-A INPUT -j ACCEPT\nCOMMIT\n' | t iptables-legacy-restore --test
t iptables-legacy-save -c
printf '*filter\n-A INPUT -j DROP\n' | t iptables-legacy-restore -n
printf '*filter\nCOMMITT\n' | t iptables-legacy-restore -n
printf -- '-A INPUT -j DROP\n' | t iptables-legacy-restore -n
printf '*bogus\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n:INPUT FOO [0:0]\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n:INPUT\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n:INPUT ACCEPT [0]\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n:INPUT ACCEPT [0]\nCOMMIT\n' | t iptables-legacy-restore -n -c
printf '*filter\n:averyveryveryveryveryverylongname - [0:0]\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n-t nat -A INPUT -j DROP\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n[1:x] -A INPUT -j DROP\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n[1:2 -A INPUT -j DROP\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n-A INPUT ! -s 0/0 -j DROP\n-A OUTPUT -j DROP\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\nhello\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n-D INPUT -j DROP -p 44\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n-D INPUT 7\nCOMMIT\n' | t iptables-legacy-restore -n
printf '*filter\n-F INPUT\n-I INPUT -j DROP\n-N new\n-X new\n-Z\nCOMMIT\n' | t iptables-legacy-restore -n
t iptables-legacy-save -c
printf '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n' | t iptables-legacy-restore -v
t iptables-legacy-restore /nonexistent
t iptables-legacy-restore good good
t iptables-legacy-restore -v good
t iptables-legacy-restore -T nat good
t iptables-legacy-save -c
t iptables-legacy-restore -V
t iptables-legacy-save -V
t iptables-legacy-restore -n -T filter good
t iptables-legacy-save -f saved
cat saved | sed 's/ on .*//'
