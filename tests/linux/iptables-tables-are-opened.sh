#!/bin/bash
# A table of the older kind is made by whoever opens it, whatever comes of the rest; one of nf_tables by
# what is put into it.
say() { "$@" 2>&1 | grep -v '^#'; }
say iptables-legacy -t nat -S
printf '*raw\n-A OUTPUT --nope\nCOMMIT\n' | iptables-legacy-restore
say iptables-legacy-save
printf '*filter\n' | iptables-legacy-restore
printf '*mangle\nCOMMIT\n' | iptables-legacy-restore --test
say iptables-legacy-save
iptables-legacy -t security -A nope -j ACCEPT
say iptables-legacy-save
ip6tables-legacy -A INPUT --nope
ip6tables-legacy -t nat -A INPUT -j NOPE
ip6tables-legacy -t raw -C OUTPUT -j ACCEPT
say ip6tables-legacy-save
printf '*nat\nCOMMIT\n' | ip6tables-nft-restore
say ip6tables-nft-save
printf '*nat\n-A PREROUTING -j ACCEPT\nCOMMIT\n*raw\n-A OUTPUT -j ACCEPT\nCOMMIT\n' | ip6tables-nft-restore
say ip6tables-nft-save
printf '*nat\nCOMMIT\n' | ip6tables-nft-restore
say nft list ruleset
printf '*nat\n:own -\nCOMMIT\n*mangle\n-F\nCOMMIT\n' | ip6tables-nft-restore -n
say nft list ruleset
