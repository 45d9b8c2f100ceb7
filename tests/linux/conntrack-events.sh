# What happens to connections is told as it happens.
ip netns add n
ip -n n link set lo up
ip netns exec n iptables -A OUTPUT -m conntrack --ctstate INVALID -j DROP
told() { sed -E 's/([a-z]+ +[0-9]+) [0-9]+/\1 T/; s/(sport|dport)=[0-9]{4,}/\1=P/g; s/ id=[0-9]+/ id=N/g; s/ \[USERSPACE\].*//; s/^\[[0-9.]+\]/[TIME]/' $1; }
ip netns exec n conntrack -E -o timestamp > all 2>&1 &
all=$!
ip netns exec n conntrack -E -e NEW -p udp > new 2>&1 &
new=$!
ip netns exec n conntrack -E -e UPDATES,DESTROY -p tcp -o extended > rest 2>&1 &
rest=$!
sleep 0.4
# A question and its answer.
ip netns exec n ping -c 1 127.0.0.1 | grep -o '.*packet loss'
# Nobody listens there.
ip netns exec n nc -z -w 1 127.0.0.1 99
# A connection that opens and closes.
ip netns exec n nc -l 127.0.0.1 80 </dev/null &
sleep 0.2
echo word | ip netns exec n nc -q 0 127.0.0.1 80
wait $!
echo word | ip netns exec n nc -u -q 0 127.0.0.1 53
# By hand.
ip netns exec n conntrack -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20 --state ESTABLISHED -u SEEN_REPLY,ASSURED -t 1000
ip netns exec n conntrack -U -p tcp -s 10.0.0.1 -m 3 >/dev/null
ip netns exec n conntrack -D -p tcp -s 10.0.0.1 >/dev/null
ip netns exec n conntrack -D -p udp -s 127.0.0.1 >/dev/null
sleep 0.2
kill -INT $all $new $rest
wait $all
wait $new
wait $rest
told all
told new
told rest
rm all new rest
