//! Programs that talk to each other over streams and datagrams: `http`, `curl`, `socat`, `iperf3`.

use crate::home::{Done, Home};

/// Two hosts `a` (10.0.0.1) and `b` (10.0.0.2) on one link, and what follows.
fn between(script: &str) -> Done {
    let hosts = "
for n in a b; do ip netns add $n; ip -n $n link set lo up; done
ip link add eth0 netns a type veth peer name eth0 netns b
ip -n a addr add 10.0.0.1/24 dev eth0; ip -n a link set eth0 up
ip -n b addr add 10.0.0.2/24 dev eth0; ip -n b link set eth0 up
on() { ns=$1; shift; ip netns exec $ns \"$@\"; }
";
    Home::new().run(&["--virtual-time"], &format!("{hosts}{script}"))
}

#[test]
fn a_server_gives_files_and_nothing_outside_of_them() {
    let done = between(
        "d=$(mktemp -d); mkdir $d/in $d/in/sub; echo secret > $d/out; echo page > $d/in/index.html
echo text > $d/in/sub/a.txt
on b http serve -q -n 5 $d/in & sleep 1
for path in / /sub /sub/a.txt /none /../out; do
    on a curl -s -w '%{http_code} %{size_download}\\n' 10.0.0.2$path
done; wait; rm -r $d",
    );
    let wanted =
        "page\n200 5\na.txt\n200 6\ntext\n200 5\n404 Not Found\n404 14\n403 Forbidden\n403 14\n";
    assert_eq!((done.out.as_str(), done.err.as_str()), (wanted, ""));
}

#[test]
fn what_goes_wrong_has_curls_words_and_codes() {
    let done = between(
        "on b http serve -q -n 1 hi & sleep 1
curl() { on a curl \"$@\" 2>&1; echo \"=> $?\"; }
curl 10.0.0.2:81; curl -s 10.0.0.2:81; curl -sS http://web/; curl ftp://10.0.0.2
curl; curl --frobnicate 10.0.0.2; curl -m
curl -f 10.0.0.2/x; wait
ip -n b link set eth0 down; curl -m 2 10.0.0.2",
    );
    let wanted = "\
curl: (7) Failed to connect to 10.0.0.2 port 81 after 0 ms: Couldn't connect to server
=> 7
=> 7
curl: (6) Could not resolve host: web
=> 6
curl: (1) Protocol \"ftp\" not supported or disabled in libcurl
=> 1
curl: no URL specified!
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
curl: option --frobnicate: is unknown
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
curl: option -m: requires parameter
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
hi
=> 0
curl: (28) Failed to connect to 10.0.0.2 port 80 after 2000 ms: Timeout was reached
=> 28
";
    assert_eq!(done.out, wanted);
}

#[test]
fn a_server_can_be_started_again_on_its_port_at_once() {
    let done = between(
        "for n in 1 2 3; do
    on b http serve -q -n 1 $n & sleep 1; on a http get http://10.0.0.2; wait
done",
    );
    assert_eq!((done.out.as_str(), done.err.as_str()), ("1\n2\n3\n", ""));
}

#[test]
fn a_hundred_clients_are_served_at_once() {
    let done = between(
        "on b http serve -q -n 100 yes & sleep 1
for n in $(seq 100); do on a curl -s 10.0.0.2 > /dev/null & done; wait; echo all",
    );
    assert_eq!((done.out.as_str(), done.err.as_str()), ("all\n", ""));
}

#[test]
fn socat_carries_packets_of_a_tun_over_udp() {
    let done = between(
        "ip netns exec b socat UDP-LISTEN:11443 TUN:192.168.255.2/24,up & sleep 1
ip netns exec a socat UDP:10.0.0.2:11443 TUN:192.168.255.1/24,up,tun-name=vpn & sleep 1
on a ping -q -c 2 192.168.255.2 | grep transmitted
ip -n a -br link show vpn | cut -c1-20
kill %2; wait %2; ip -n a link show vpn; kill %1; wait",
    );
    let wanted =
        "2 packets transmitted, 2 received, 0% packet loss, time 1000ms\nvpn              UP \n";
    assert_eq!(done.out, wanted);
    assert_eq!(done.err, "Device \"vpn\" does not exist.\n");
}

#[test]
fn socat_passes_connections_on_and_ends_with_its_input() {
    let done = between(
        "ip netns exec b http serve -q -b 127.0.0.1 -p 8080 inner & web=$!
ip netns exec b socat TCP-LISTEN:80,fork TCP:127.0.0.1:8080 & way=$!
sleep 1; on a curl -s 10.0.0.2; on a curl -s 10.0.0.2
ip netns exec b socat -u UDP-RECV:53 - & udp=$!
sleep 1; echo datagram | on a socat -u - UDP:10.0.0.2:53
on a socat - TCP:10.0.0.2:9; echo $?
sleep 1; kill $web $way $udp; wait",
    );
    assert_eq!(done.out, "inner\ninner\ndatagram\n1\n");
    assert_eq!(done.err, "socat: E Connection refused\n");
}

#[test]
fn a_stream_is_measured_at_both_ends() {
    let done = between(
        "on b iperf3 -s -1 | tail -1 | grep -o '1.00 MBytes\\|receiver' & sleep 1
told=$(on a iperf3 -c 10.0.0.2 -n 1M -l 64K -J | grep -o '\"bytes\":[0-9]*'); wait; echo \"$told\"
on b iperf3 -s -1 > /dev/null & sleep 1
on a iperf3 -c 10.0.0.2 -u -b 8M -l 1000 -t 0.1 | grep receiver | cut -c1-100; wait
on a iperf3 -c 10.0.0.2; echo $?",
    );
    let wanted = "\
1.00 MBytes
receiver
\"bytes\":1048576
\"bytes\":1048576
[  5]   0.00-0.10   sec  97.7 KBytes  8.00 Mbits/sec  0.000 ms  0/100 (0.00%) receiver
1
";
    assert_eq!(done.out, wanted);
    let err = "iperf3: error - unable to connect to server: Connection refused\n";
    assert_eq!(done.err, err);
}
