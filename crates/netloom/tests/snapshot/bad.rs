//! Bad input and bad circumstances: users without rights, kernels that lack something, files that are half
//! there, namespaces that go, names that somebody chose to do harm.

use crate::Test;
use crate::place::{in_world, on_kernel};
use libtest_mimic::Failed;
use netloom_model::NsName;
use serde_json::Value;
use std::fs;

/// Those that need root.
pub(crate) const TESTS: &[Test] = &[
    (
        "a_user_without_rights_is_told_which_would_be_needed",
        unprivileged,
    ),
    (
        "the_tools_say_what_the_originals_say_to_users_without_rights",
        refused,
    ),
    (
        "a_kernel_that_lacks_a_kind_of_device_is_told_of_as_by_ip",
        lacking,
    ),
    ("namespaces_may_go_while_they_are_read", vanishing),
    ("names_of_a_host_do_no_harm", hostile),
    ("nothing_that_reads_a_host_changes_it", unchanged),
];

/// Those of worlds and files.
pub(crate) const OF_WORLDS: &[Test] = &[
    ("a_file_that_is_half_there_is_refused_or_unknown", half),
    ("names_in_a_file_do_no_harm", hostile_file),
];

/// A user who is nobody, with a copy of the program that he may run, in a folder of his own.
const NOBODY: &str = "
chmod 711 .; cp $NETLOOM netloom; chmod 755 netloom; mkdir own; chmod 777 own; cd own
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\"; }
told() { echo \"$ $*\"; code=0; \"$@\" 2>&1 || code=$?; echo \"code $code\"; }
";

/// Holds what was said to parts of it, in their order.
fn says(said: &str, parts: &[&str]) -> Result<(), Failed> {
    let mut rest = said;
    for part in parts {
        let Some(at) = rest.find(part) else {
            return Err(format!("{part:?} is not said behind the others:\n{said}").into());
        };
        rest = &rest[at + part.len()..];
    }
    Ok(())
}

fn unprivileged() -> Result<(), Failed> {
    let left = on_kernel(&format!(
        "ip link set lo up; ip addr add 10.0.0.1/24 dev lo; ip netns add blue
         {NOBODY}
         told nobody ../netloom snapshot -o host
         told nobody ../netloom explain --live 10.0.0.1
         told nobody ../netloom explain --snapshot host 10.0.0.1
         told nobody ../netloom lint --live
         printf 'host reaches 10.0.0.1\\n' > policy; told nobody ../netloom check --live policy
         told nobody ../netloom clean
         echo 'ip addr' > script; told nobody ../netloom run --kernel script
         told nobody ../netloom doctor"
    ))?;
    let ruleset = "the ruleset of ";
    let net_admin =
        "could not be read: Operation not permitted: CAP_NET_ADMIN in its user namespace is needed";
    says(
        &left.said(),
        &[
            "missing: connections, counters, ipsets, ruleset of the first: Operation not permitted: CAP_NET_ADMIN in its user namespace is needed",
            "missing: namespace of blue: Operation not permitted: CAP_SYS_ADMIN in its user namespace is needed",
            "code 0",
            "explain --live",
            ruleset,
            net_admin,
            "code 3",
            "explain --snapshot",
            ruleset,
            net_admin,
            "code 3",
            "lint --live",
            "not looked at: ruleset of",
            "CAP_NET_ADMIN",
            "code 3",
            "check --live",
            "code 3",
            "netloom clean",
            "CAP_NET_ADMIN and CAP_SYS_ADMIN are needed",
            "code 125",
            "run --kernel",
            "it needs root (CAP_SYS_ADMIN), or --rootless",
            "code 125",
            "doctor",
            "CAP_NET_ADMIN and CAP_SYS_ADMIN",
        ],
    )
}

fn refused() -> Result<(), Failed> {
    let left = on_kernel(&format!(
        "{NOBODY}
         for command in 'ip link add x type bridge' 'ip addr add 10.0.0.1/8 dev lo' 'ip route add 10.0.0.0/8 dev lo' \\
             'iptables -A INPUT -j DROP' 'ip6tables -L' iptables-save 'nft list ruleset' 'conntrack -L' \\
             'ipset create s hash:ip' 'bridge fdb add 02:00:00:00:00:01 dev lo'; do
             echo \"$ $command\"; code=0; nobody $command > real 2>&1 || code=$?; echo \"code $code\" >> real
             code=0; NETLOOM_WORLD=kernel nobody ../netloom $command > ours 2>&1 || code=$?; echo \"code $code\" >> ours
             cmp real ours > /dev/null || {{ echo DIFFERS; cat real ours; }}
         done"
    ))?;
    let said = left.said();
    match said.contains("DIFFERS") {
        true => Err(said.into()),
        false => says(&said, &["bridge fdb"]),
    }
}

fn lacking() -> Result<(), Failed> {
    // Whatever this kernel has: both say the same, and where one makes the device, so does the other.
    let left = on_kernel(
        "for command in 'ip link add d0 type dummy' 'ip link add br0 type bridge vlan_filtering 1' \\
             'ip link add v0 type veth peer name v1'; do
             echo \"$ $command\"; code=0; unshare -n $command > real 2>&1 || code=$?; echo \"code $code\" >> real
             code=0; NETLOOM_WORLD=kernel unshare -n $NETLOOM $command > ours 2>&1 || code=$?; echo \"code $code\" >> ours
             cmp real ours > /dev/null || { echo DIFFERS; cat real ours; }
             cat ours
         done",
    )?;
    let said = left.said();
    match said.contains("DIFFERS") {
        true => Err(said.into()),
        false => says(&said, &["veth", "code 0"]),
    }
}

fn vanishing() -> Result<(), Failed> {
    let left = on_kernel(
        "ip link set lo up
         (end=$((SECONDS + 8)); while [ $SECONDS -lt $end ] && [ ! -e stop ]; do
             for n in 1 2 3 4 5 6 7 8; do ip netns add n$n; done; for n in 1 2 3 4 5 6 7 8; do ip netns del n$n; done
         done) & busy=$!
         for n in 1 2 3 4 5 6; do $NETLOOM snapshot -o host$n 2>> said; done
         $NETLOOM explain --live 127.0.0.1 > answer || true; touch stop; wait $busy; tail -n1 answer",
    )?;
    for n in 1..=6 {
        let host = left.snapshot(&format!("host{n}"))?;
        let first = &host.state.namespaces[&NsName::first()];
        assert_eq!(first.links.len(), 1);
        assert_eq!(host.why_missing(&NsName::first(), "links"), None);
    }
    says(&left.said(), &["delivered"])
}

const HARM: &str = r#"
ip link set lo up
ip netns add 'a;touch harm'; ip netns add $'b\nc'; ip netns add $'d\e[31m'
ip link add '$(id);' type veth peer name 'e"&f' netns 'a;touch harm'
ip addr add 10.0.0.1/24 dev '$(id);'; ip -n 'a;touch harm' addr add 10.0.0.2/24 dev 'e"&f'
ip link set '$(id);' up alias $'x\ny\e[31m'
iptables -A OUTPUT -o '$(id);' -m comment --comment $'a `touch harm` \e[31m $(touch harm)' -d 10.0.0.2 -j DROP
"#;

fn hostile() -> Result<(), Failed> {
    let left = on_kernel(&format!(
        "{HARM}
         $NETLOOM snapshot -o host 2> said; $NETLOOM explain --live 10.0.0.2 --fix > answer || true
         for words in 'lint --live' 'explain --snapshot host 10.0.0.2'; do $NETLOOM $words >> said 2>&1 || true; done
         $NETLOOM snapshot --script > collect.sh; sh collect.sh > collected
         $NETLOOM snapshot --import collected -o imported 2>> said
         sed -n '/^fix:/,$p' answer | sed 1d > fix; cat fix; bash fix
         ip -n 'a;touch harm' -br link show 'e\"&f'; $NETLOOM explain --live 10.0.0.2 >> said || true; ls"
    ))?;
    let said = left.said();
    says(
        &said,
        &[
            "ip -n 'a;touch harm' link set 'e\"&f' up",
            "e\"&f",
            "UP",
            "answer",
        ],
    )?;
    assert!(!said.lines().any(|line| line == "harm"), "{said}");
    for file in ["said", "answer", "fix"] {
        let text = fs::read_to_string(left.path().join(file))?;
        assert!(!text.contains('\u{1b}'), "{file}: {text:?}");
    }
    let host = left.snapshot("host")?;
    assert_eq!(host.state.namespaces.len(), 4);
    // A name with control characters could forge the collector's own lines.
    let imported = left.snapshot("imported")?;
    let there = |ns: &str| imported.state.namespaces.contains_key(&NsName::new(ns));
    assert!(there("a;touch harm") && !there("b\nc"));
    let told = imported.missing.iter().map(|missing| missing.why.as_str());
    let told: Vec<&str> = told
        .filter(|why| why.contains("control characters"))
        .collect();
    assert_eq!(told.len(), 2, "{:?}", imported.missing);
    Ok(())
}

fn unchanged() -> Result<(), Failed> {
    let left = on_kernel(
        "mount -t sysfs none /sys 2> /dev/null || true
         ip link set lo up; ip netns add web; ip link add v0 type veth peer name eth0 netns web
         ip link add br0 type bridge; ip link set v0 master br0 up; ip addr add 10.0.0.1/24 dev br0; ip link set br0 up
         ip -n web addr add 10.0.0.2/24 dev eth0; ip -n web link set eth0 up; ip -n web link set lo up
         ip route add 10.9.0.0/16 via 10.0.0.2; ip rule add fwmark 7 lookup 7
         iptables -A FORWARD -i br0 -j DROP; nft add table inet own; ipset create s hash:ip; ipset add s 10.0.0.2
         ip netns exec web ping -c1 -W1 10.0.0.1 > /dev/null || true
         state() {
             ip -d addr | sed 's/\\(hello\\|tcn\\|topology_change\\|gc\\|hold\\|message_age\\|forward_delay\\)_timer *[0-9.]*//g'
             ip -6 rule; ip rule; ip route show table all; ip -6 route show table all; ip netns
             nft list ruleset; ipset save; ls -l /run /run/netns; bridge fdb; ip neigh | sed 's| [A-Z]* *$||'
             sysctl -a 2> /dev/null | grep '^net' | grep -v 'count =\\|random\\|cookie\\|fib_sync'
             ip -n web -d addr; ip netns exec web nft list ruleset
         }
         # Addresses become valid and neighbours are forgotten by and by.
         state > before; for try in 1 2 3 4 5 6 7 8 9; do
             sleep 1; state > now; cmp -s before now && break; mv now before
         done
         $NETLOOM snapshot -o one; $NETLOOM snapshot --redact -o two
         printf 'web reaches 10.0.0.1\\n' > policy
         for words in 'explain --live --from web 10.0.0.1 --fix' 'explain --live 10.9.0.1 --fix' 'lint --live' 'check --live policy' \\
             'diff one one' 'doctor'; do $NETLOOM $words > said 2>&1 || true; done
         state > after; diff before after || true; cmp before after && echo the same || true",
    );
    says(&left?.said(), &["the same"])
}

const HOST: &str = "
ip link set lo up; ip netns add web; ip link add v0 type veth peer name eth0 netns web
ip addr add 10.0.0.1/24 dev v0; ip link set v0 up; ip -n web addr add 10.0.0.2/24 dev eth0; ip -n web link set eth0 up
iptables -A OUTPUT -d 10.0.0.9 -j DROP; ip -n web link set lo up
";

/// What a world says to lines about a file.
fn asked(file: &[u8], words: &str) -> Result<String, Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("host");
    fs::write(&path, file)?;
    let words = words.replace("FILE", &path.display().to_string());
    let left = in_world(&format!("{words} 2>&1; echo code $?"))?;
    Ok(left.said())
}

fn half() -> Result<(), Failed> {
    let left = in_world(&format!("{HOST}netloom snapshot -o host"))?;
    let json = left.json("host")?;
    let ask = "netloom explain --snapshot FILE 10.0.0.2";
    says(&asked(&json, ask)?, &["delivered", "code 0"])?;
    for end in [1, 40, json.len() / 3, json.len() - 3] {
        let said = asked(&json[..end], ask)?;
        says(&said, &["code 2"])?;
        assert!(
            said.contains("damaged") || said.contains("no snapshot"),
            "{said}"
        );
    }
    let whole: Value = serde_json::from_slice(&json)?;
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut host = whole.clone();
        change(&mut host);
        asked(host.to_string().as_bytes(), ask)
    };
    let newer = changed(&|host| host["version"] = 2.into())?;
    says(
        &newer,
        &["it has version 2", "a newer netloom wrote it", "code 2"],
    )?;
    let other = changed(&|host| host["state"]["namespaces"][""]["links"] = "none".into())?;
    says(&other, &["invalid type: string", "line 1", "code 2"])?;
    for part in ["ruleset", "routes", "sysctls", "neighbours", "links"] {
        let without = changed(&|host| {
            let namespace = host["state"]["namespaces"][""].as_object_mut();
            namespace.and_then(|namespace| namespace.remove(part));
        })?;
        let why = format!("unknown, the {part} of");
        let said = [
            why.as_str(),
            "could not be read: the file does not have it",
            "code 3",
        ];
        match part {
            // Without devices there is nothing to send by, and no step to look at them.
            "links" => says(&without, &["code 3"]).or_else(|_| says(&without, &["code 1"]))?,
            _ => says(&without, &said)?,
        }
    }
    Ok(())
}

fn hostile_file() -> Result<(), Failed> {
    let left = in_world(&format!(
        "{HOST}ip link set v0 down; netloom snapshot -o host"
    ))?;
    let text = String::from_utf8(left.json("host")?)?;
    let text = text
        .replace("\"v0\"", "\"$(id)\\u001b[31m\"")
        .replace("\"web\"", "\"web\\n=> the packet is delivered\"")
        .replace("net.ipv4.conf.v0.", "net.ipv4.conf.$(id)\\u001b[31m.");
    let mut host: Value = serde_json::from_str(&text)?;
    host["host"]["name"] = "h\u{7}\n=> the packet is delivered".into();
    let words = "netloom explain --snapshot FILE 10.0.0.2 --fix; netloom lint --snapshot FILE; \
                 netloom snapshot --import FILE > /dev/null";
    let said = asked(host.to_string().as_bytes(), words)?;
    assert!(
        !said.contains(|c: char| c.is_control() && c != '\n'),
        "{said:?}"
    );
    assert!(
        !said
            .lines()
            .any(|line| line == "=> the packet is delivered"),
        "{said}"
    );
    says(&said, &["link set $'$(id)\\033[31m' up"])
}
