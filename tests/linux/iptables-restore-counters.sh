# Counters in a file that are none: the line is named, nothing is loaded.
r() { echo "> $*"; printf "$1" | "${@:2}" 2>&1; echo "exit status $?"; iptables-save -c -t filter 2>/dev/null | grep -v '^#'; }
for r in iptables-restore iptables-legacy-restore; do
r '*filter\n:INPUT ACCEPT [1:2]\n[3:4] -A INPUT -j ACCEPT\n[3:x] -A INPUT -j DROP\nCOMMIT\n' $r -c
r '*filter\n:INPUT ACCEPT [1:2]\n[x:3] -A INPUT -j ACCEPT\nCOMMIT\n' $r -c
r '*filter\n:INPUT ACCEPT [1:2]\n[3] -A INPUT -j ACCEPT\nCOMMIT\n' $r -c
r '*filter\n:INPUT ACCEPT [1:2]\n[3 -A INPUT -j ACCEPT\nCOMMIT\n' $r -c
r '*filter\n:INPUT ACCEPT [1:2\nCOMMIT\n' $r -c
done
# One that is only tried out says nothing of what it would do.
r '*filter\n:own - [0:0]\n-A own -j ACCEPT\nCOMMIT\n' iptables-restore --test -v
