# ipv6
# The table security is asked behind translation by iptables-nft; its translation says otherwise.
iptables -t security -A INPUT
ip6tables -t security -A OUTPUT
iptables-legacy -t security -A INPUT
nft list ruleset 2>/dev/null | grep -v '^#'
printf '*security\n:INPUT ACCEPT [0:0]\n-A INPUT\nCOMMIT\n' >saved
iptables-restore-translate -f saved | grep -v '^#'
