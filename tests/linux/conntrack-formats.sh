# How conntrack writes what it lists.
ip netns add n
c() { ip netns exec n conntrack "$@" 2>&1; }
l() { c "$@" | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/id=[0-9]+$/id=N/; s,<id>[0-9]+<,<id>N<,; s,<timeout>[0-9]+<,<timeout>T<,; s/-t [0-9]+/-t T/' | sort; }
c -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20 --state ESTABLISHED -u SEEN_REPLY,ASSURED -t 1000
c -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20 -t 1000 -m 5 -w 3
c -I -p udp -s fd00::1 -d fd00::2 --sport 11 --dport 20 -t 1000 -u ASSURED
c -I -p icmp -s 10.0.0.1 -d 10.0.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 77 -t 1000
c -I -p gre -s 10.0.0.1 -d 10.0.0.2 --srckey 1 --dstkey 2 -t 1000
c -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 --state ESTABLISHED --orig-vtag 5 --reply-vtag 6 -t 1000
c -I -p 99 -s 10.0.0.1 -d 10.0.0.2 -t 1000
c -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 12 --dport 20 --state SYN_SENT -t 1000 -n 10.0.0.5
c -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 13 --dport 20 --state SYN_SENT -t 1000 -g 10.0.0.6:80
c -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 14 --dport 20 --state SYN_SENT -t 1000 -n 10.0.0.5:77 -g 10.0.0.6:80
c -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 15 --dport 20 --state SYN_SENT -t 1000 --orig-zone 3
c -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 16 --dport 20 --state SYN_SENT -t 1000 --reply-zone 4
l -L
l -L -o extended
l -L -o id
l -L -o extended,id
l -L -o xml
l -L -o save
# What is translated is picked.
l -L -n
l -L -g
l -L -j
l -L -n 10.0.0.5
l -L -n 10.0.0.5:77
l -L -g 10.0.0.6
l -L -j 10.0.0.6
# What was saved can be loaded again.
ip netns exec n conntrack -L -o save 2>/dev/null | grep -v -e zone -e 'sport 14' > saved
c -F
ip netns exec n conntrack -R saved
rm saved
l -L
# What is forgotten is written too.
l -D -p icmp -o extended,id
l -D -p gre -o xml
l -D -p 99 -o save
