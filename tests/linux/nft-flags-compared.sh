#!/bin/bash
# Flags that are compared: all of them, some under a mask, sets of them, and how they are listed.
nft add table ip t
nft add chain ip t c
rule() {
	nft add rule ip t c "$@" && nft list chain ip t c | sed -n 3p && nft -n list chain ip t c | sed -n 3p
	nft flush chain ip t c
}
rule 'tcp flags & (fin | syn | rst | psh | ack | urg | ecn | cwr) == fin | psh | ack'
rule 'tcp flags & (fin|syn|rst|psh|ack|urg|ecn|cwr) == syn'
rule 'tcp flags syn / fin,syn,rst,psh,ack,urg,ecn,cwr'
rule 'tcp flags & 0xff == 0'
rule 'tcp flags & (fin|syn|rst|psh|ack|urg|ecn|cwr) != 0x0'
rule 'tcp flags & 0xff != syn'
rule 'tcp flags == 0x19'
rule 'tcp flags == syn'
rule 'tcp flags == syn,ack'
rule 'tcp flags != syn,ack'
rule 'tcp flags != syn'
rule 'tcp flags & (syn|ack) == syn|ack'
rule 'tcp flags & (syn|ack) { syn, ack }'
rule 'tcp flags & (syn|ack) != { syn, ack }'
rule 'tcp flags & (syn|fin) vmap { syn : accept, fin : drop }'
rule 'tcp flags & syn vmap { syn : accept }'
rule 'tcp flags { syn, syn|ack }'
rule 'ct state == new'
rule 'ct state == new,established'
rule 'ct state != new,established'
rule 'ct status == snat,dnat'
rule 'ct state & (new|established) vmap { new : accept }'
rule 'tcp flags ! fin,syn / fin,syn,rst'
