# What arptables takes and what it refuses.
t() { echo "> arptables $*"; arptables "$@" 2>&1; s=$?; [ $s = 0 ] || echo "exit status $s"; }
t -A INPUT -o veth0 -j DROP
t -A OUTPUT -i veth0 -j DROP
t -A INPUT --opcode 1/255 -j DROP
t -A INPUT --h-type 1/2 -j DROP
t -A INPUT --proto-type 0x800/0xff -j DROP
t -A INPUT --h-length 7 -j DROP
t -A INPUT -p tcp -j ACCEPT
t -A OUTPUT -j CLASSIFY
t -A OUTPUT -j CLASSIFY --set-class foo
t -A OUTPUT -j CLASSIFY --set-class 1:2
t -A OUTPUT -j MARK
t -A OUTPUT -j MARK --set-mark 5/6
t -A OUTPUT -j mangle --mangle-mac-s foo
t -A OUTPUT -j mangle --mangle-mac-d foo
t -D INPUT foo
t -D INPUT 0
t -S INPUT 1
t -L INPUT 2
t -Z INPUT 1
t -L -n
t -L -v
t -L -nv
t -S
saved=$(arptables-save -c)
arptables -F
echo "$saved" | arptables-restore -c
[ "$(arptables-save -c | grep -v '^#')" = "$(echo "$saved" | grep -v '^#')" ] && echo the same
