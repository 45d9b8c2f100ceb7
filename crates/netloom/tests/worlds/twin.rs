//! Worlds that begin as a host was: `--snapshot`. The hosts are worlds themselves, written down.

use crate::home::{Done, Home};

/// A router between two hosts that lets nothing pass.
const HOST: &str = "
for n in web db; do netloom ip netns add $n; netloom ip -n $n link set lo up; done
net=0
for n in web db; do
    net=$((net + 1))
    netloom ip link add to-$n type veth peer name eth0 netns $n
    netloom ip addr add 10.0.$net.1/24 dev to-$n; netloom ip link set to-$n up
    netloom ip -n $n addr add 10.0.$net.2/24 dev eth0; netloom ip -n $n link set eth0 up
    netloom ip -n $n route add default via 10.0.$net.1
done
netloom sysctl -qw net.ipv4.ip_forward=1
netloom iptables -P FORWARD DROP
";

/// A host that is written down as `host` in the place of a test.
fn written(home: &Home) -> String {
    let file = home.file("host").to_str().unwrap().to_owned();
    let done = home.run(
        &["--virtual-time"],
        &format!("{HOST}\nnetloom snapshot -o {file}"),
    );
    assert_eq!(done.code, Some(0), "{}", done.err);
    file
}

fn twin(home: &Home, file: &str, script: &str) -> Done {
    let done = home.run(&["--virtual-time", "--snapshot", file], script);
    assert_eq!(done.code, Some(0), "{}", done.err);
    done
}

#[test]
fn commands_show_what_the_host_had() {
    let home = Home::new();
    let file = written(&home);
    let script = "netloom ip -br addr; netloom ip netns exec db ip route; netloom iptables -S FORWARD; netloom ip netns";
    let host = home.run(&["--virtual-time"], &format!("{HOST}\n{script}"));
    let twin = twin(&home, &file, script);
    assert_eq!(twin.out, host.out);
    assert!(twin.out.contains("-P FORWARD DROP"), "{}", twin.out);
    assert_eq!(twin.err, "");
}

#[test]
fn changes_are_tried_and_reach_nobody_else() {
    let home = Home::new();
    let file = written(&home);
    let before = std::fs::read(&file).unwrap();
    let ping = "netloom ip netns exec web ping -c1 -W1 10.0.2.2 >/dev/null; echo $?";
    let script = format!("{ping}; netloom iptables -A FORWARD -p icmp -j ACCEPT; {ping}");
    assert_eq!(twin(&home, &file, &script).out, "1\n0\n");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn what_is_not_known_of_the_host_stays_unknown() {
    let home = Home::new();
    let file = written(&home);
    let half = home.file("half").to_str().unwrap().to_owned();
    let missing = r#"[{"ns":"","part":"ruleset","why":"nobody may"}]"#;
    let written = home.run(
        &[],
        &format!("zcat -f {file} | sed 's/\"missing\":\\[\\]/\"missing\":{missing}/' >{half}"),
    );
    assert_eq!(written.code, Some(0), "{}", written.err);
    let done = twin(
        &home,
        &half,
        "netloom ip netns exec web netloom explain --summary 10.0.2.2; echo $?
         netloom snapshot 2>&1 >/dev/null",
    );
    assert_eq!(done.err, "missing: ruleset of the first: nobody may\n");
    assert!(
        done.out.contains("could not be read: nobody may"),
        "{}",
        done.out
    );
    assert!(done.out.contains("\n3\n"), "{}", done.out);
    assert!(
        done.out
            .ends_with("missing: ruleset of the first: nobody may\n"),
        "{}",
        done.out
    );
}

#[test]
fn a_twin_may_have_a_name_and_live_on() {
    let home = Home::new();
    let file = written(&home);
    let made = home.run(
        &["--name", "lab", "--snapshot", &file],
        "netloom ip link del to-db",
    );
    assert_eq!(made.code, Some(0), "{}", made.err);
    let shown = home.netloom(&["attach", "lab", "ip", "-br", "link"]);
    assert!(
        shown.out.contains("to-web") && !shown.out.contains("to-db"),
        "{}",
        shown.out
    );
}

#[test]
fn several_hosts_are_of_one_network() {
    let home = Home::new();
    let mut files = Vec::new();
    for (name, last) in [("alpha", 1), ("beta", 2)] {
        let file = home.file(name).to_str().unwrap().to_owned();
        let script = format!(
            "netloom ip netns add out; netloom ip link add eth0 type veth peer name x netns out
             netloom ip -n out link set x up; netloom ip link set eth0 address 02:00:00:00:00:0{last} up
             netloom ip addr add 192.0.2.{last}/24 dev eth0
             netloom snapshot --netns '' -o {file}"
        );
        let done = home.run(&["--virtual-time"], &script);
        assert_eq!(done.code, Some(0), "{}", done.err);
        let text = std::fs::read_to_string(&file).unwrap();
        let mut host: serde_json::Value = serde_json::from_str(&text).unwrap();
        host["host"]["name"] = name.into();
        std::fs::write(&file, host.to_string()).unwrap();
        files.push(file);
    }
    let done = home.run(
        &[
            "--virtual-time",
            "--snapshot",
            &files[0],
            "--snapshot",
            &files[1],
        ],
        "netloom ip netns; netloom ping -c1 -q 192.0.2.2 | grep received
         netloom ip netns exec beta ip -br addr show eth0",
    );
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.starts_with("beta"), "{}", done.out);
    assert!(done.out.contains(" 1 received"), "{}", done.out);
    assert!(done.out.contains("192.0.2.2/24"), "{}", done.out);
}

#[test]
fn a_snapshot_of_one_namespace_is_where_commands_begin() {
    let home = Home::new();
    let file = home.file("web").to_str().unwrap().to_owned();
    home.run(
        &["--virtual-time"],
        &format!("{HOST}\nnetloom snapshot --netns web -o {file}"),
    );
    let done = twin(&home, &file, "netloom ip -br addr show eth0");
    assert!(done.out.contains("10.0.1.2/24"), "{}", done.out);
}

#[test]
fn what_cannot_be_a_beginning_is_refused() {
    let home = Home::new();
    let file = home.file("none").to_str().unwrap().to_owned();
    let done = home.run(&["--snapshot", &file], "echo not reached");
    assert_eq!((done.code, done.out.as_str()), (Some(125), ""));
    assert!(done.err.contains("No such file"), "{}", done.err);
    std::fs::write(&file, "hello").unwrap();
    for options in [&["--snapshot"][..], &["--name", "lab", "--snapshot"]] {
        let done = home.run(&[options, &[&file]].concat(), "echo not reached");
        assert_eq!((done.code, done.out.as_str()), (Some(125), ""));
        assert!(
            done.err.contains("nothing that is read here"),
            "{}",
            done.err
        );
    }
    let done = home.run(&["--kernel", "--snapshot", &file], "echo not reached");
    assert_eq!(done.code, Some(2));
    assert!(home.left().is_empty());
}
