#!/bin/bash
# Tables saved and restored: counters, whole or not at all, the line of a mistake.
t() { echo "\$ $*"; "$@" 2>&1 | sed "s/ on [A-Z][a-z][a-z] .*//"; echo "= ${PIPESTATUS[0]}"; }
t iptables-save
t iptables -N foo
t iptables -A foo -j ACCEPT
t iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -j ACCEPT
t iptables-save
t iptables-save -c
t iptables-save -t nat
t iptables-save -t mangle
t iptables-save -t bogus
t iptables-save -x
t iptables-save foo
t iptables -E INPUT y
t iptables -A INPUT -j DROP
t iptables -E INPUT z
t iptables -S
t iptables-save
t iptables -F
t iptables -X
t iptables -S
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
t iptables-restore < good
t iptables-save -c
t iptables-restore -c < good
t iptables-save -c
printf '*filter\n-A INPUT -j ACCEPT\nCOMMIT\n' | t iptables-restore -n
t iptables-save -c
printf '*filter\n-A INPUT -j ACCEPT\nCOMMIT\n' | t iptables-restore --test
t iptables-save -c
printf '*filter\n-A INPUT -j DROP\n-A INPUT -j nope\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n-A INPUT -p tcp -j DROP\n-A INPUT --bogus\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n-A INPUT -j DROP\n' | t iptables-restore -n
printf '*filter\n-A nosuch -j DROP\nCOMMIT\n' | t iptables-restore -n
printf '*filter\nCOMMITT\n' | t iptables-restore -n
printf -- '-A INPUT -j DROP\n' | t iptables-restore -n
printf '*bogus\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n:INPUT FOO [0:0]\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n:INPUT\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n:INPUT ACCEPT [0]\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n:INPUT ACCEPT [0]\nCOMMIT\n' | t iptables-restore -n -c
printf '*filter\n:averyveryveryveryveryverylongname - [0:0]\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n-t nat -A INPUT -j DROP\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n[1:x] -A INPUT -j DROP\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n[1:2 -A INPUT -j DROP\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n-A INPUT ! -s 0/0 -j DROP\n-A OUTPUT -j DROP\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n-A INPUT -m nosuch\nCOMMIT\n' | t iptables-restore -n
printf '*filter\nhello\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n-D INPUT -j DROP -p 44\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n-D INPUT 7\nCOMMIT\n' | t iptables-restore -n
printf '*filter\n-F INPUT\n-I INPUT -j DROP\n-N new\n-X new\n-Z\nCOMMIT\n' | t iptables-restore -n
t iptables-save -c
printf '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n' | t iptables-restore -v
t iptables-restore /nonexistent
t iptables-restore good good
t iptables-restore -v good
t iptables-restore -T nat good
t iptables-save -c
t iptables-restore -w 5 -W 3 -T filter good
t iptables-restore --bogus good
t iptables-restore -V
t iptables-save -V
t iptables-restore -n -T filter good
t iptables-save -f saved
cat saved | sed 's/ on .*//'
