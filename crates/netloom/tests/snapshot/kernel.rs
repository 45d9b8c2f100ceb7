//! Snapshots of the running kernel, in namespaces made for it.

use crate::Test;
use crate::place::on_kernel;
use libtest_mimic::Failed;
use netloom_model::{NsName, Snapshot};

pub(crate) const TESTS: &[Test] = &[
    ("every_namespace_is_found_with_whose_it_is", all),
    ("ends_of_pairs_know_where_the_other_end_is", peers),
    ("one_namespace_is_found_by_name_container_or_process", one),
    ("what_is_not_permitted_is_missing_and_not_empty", forbidden),
];

/// A host with a named namespace, one of a process alone, and one of a container.
pub(crate) const HOST: &str = r#"
ip netns add blue
ip link add v0 type veth peer name v1 netns blue
ip addr add 10.0.0.1/24 dev v0; ip link set v0 up
ip -n blue addr add 10.0.0.2/24 dev v1; ip -n blue link set v1 up
ip -n blue route add default via 10.0.0.1
unshare --net sleep 60 & process=$!
unshare --net sleep 60 & container=$!
while [ $(readlink /proc/$container/ns/net) = $(readlink /proc/self/ns/net) ]; do :; done
while [ $(readlink /proc/$process/ns/net) = $(readlink /proc/self/ns/net) ]; do :; done
ip link add c0 type veth peer name eth0 netns $container
folder=/var/lib/docker/containers/0123456789abcdef; mkdir -p $folder
echo '{"ID":"0123456789abcdef","Name":"/web","State":{"Pid":'$container'}}' > $folder/config.v2.json
"#;

fn host(more: &str) -> Result<crate::place::Left, Failed> {
    on_kernel(&format!("{HOST}{more}; kill $process $container"))
}

fn names(snapshot: &Snapshot) -> Vec<&str> {
    let names = snapshot.state.namespaces.keys();
    names.map(NsName::as_str).collect()
}

fn all() -> Result<(), Failed> {
    let left = host("echo $process $container; $NETLOOM snapshot -o host")?;
    let host = left.snapshot("host")?;
    let said = left.said();
    let (process, container) = said.trim().split_once(' ').ok_or("no numbers")?;
    let path = format!("/proc/{process}/ns/net");
    assert_eq!(names(&host), ["", &path, "blue", "web"]);
    let places = |ns: &str| &host.places[&NsName::from(ns)];
    assert_eq!(places("blue").path.as_deref(), Some("/run/netns/blue"));
    assert_eq!(
        places("web").processes,
        [(container.parse()?, "sleep".into())]
    );
    assert_eq!(host.containers.len(), 1);
    assert_eq!(host.containers[0].ns.as_str(), "web");
    let blue = &host.state.namespaces[&"blue".into()];
    assert!(blue.routes.iter().any(|route| route.dst.len == 0));
    assert!(blue.sysctls.contains_key("net.ipv4.ip_forward"));
    let uname = std::fs::read_to_string("/proc/sys/kernel/osrelease")?;
    assert_eq!(host.host.kernel, uname.trim());
    Ok(())
}

fn peers() -> Result<(), Failed> {
    let left = host(
        "ip -n blue link add a0 type veth peer name a1
         ip link add far type veth peer name away; unshare --net sleep 60 & gone=$!
         while [ $(readlink /proc/$gone/ns/net) = $(readlink /proc/self/ns/net) ]; do :; done
         ip link set away netns $gone; exec 9< /proc/$gone/ns/net; kill $gone; wait $gone || true
         $NETLOOM snapshot -o host",
    )?;
    let host = left.snapshot("host")?;
    let peer = |ns: &str, link: &str| {
        let link = host.state.namespaces[&ns.into()].link(&link.into());
        link.and_then(|link| link.peer.clone()).map(|peer| peer.ns)
    };
    assert_eq!(peer("", "v0"), Some("blue".into()));
    assert_eq!(peer("", "c0"), Some("web".into()));
    assert_eq!(peer("blue", "v1"), Some("".into()));
    assert_eq!(peer("blue", "a0"), Some("blue".into()));
    // Only an open file keeps that namespace.
    let away = peer("", "far").ok_or("no end")?;
    assert!(away.as_str().starts_with("nsid/"), "{away}");
    assert!(host.why_missing(&"".into(), "nsids").is_some());
    Ok(())
}

fn one() -> Result<(), Failed> {
    let left = host(
        "for ns in blue web 0123456789abcdef /run/netns/blue; do
             $NETLOOM snapshot --netns $ns -o at${ns////-}; done
         $NETLOOM snapshot --pid $container -o pid
         ! $NETLOOM snapshot --netns green; ! $NETLOOM snapshot --pid 99999",
    )?;
    for (file, ns) in [
        ("atblue", "blue"),
        ("at-run-netns-blue", "blue"),
        ("atweb", "web"),
        ("at0123456789abcdef", "web"),
        ("pid", "web"),
    ] {
        let host = left.snapshot(file)?;
        assert_eq!(names(&host), [ns], "{file}");
        assert_eq!(host.places.len(), 1);
    }
    let said = left.complained();
    assert!(
        said.contains("\"green\" here") && said.contains("no process 99999"),
        "{said}"
    );
    Ok(())
}

fn forbidden() -> Result<(), Failed> {
    let left = host(
        "chmod 700 /var/lib/docker/containers
         setpriv --bounding-set=-all --inh-caps=-all $NETLOOM snapshot -o host",
    )?;
    let host = left.snapshot("host")?;
    assert_eq!(names(&host), [""]);
    let why = |ns: &str, part: &str| host.why_missing(&ns.into(), part).unwrap_or_default();
    assert!(why("blue", "namespace").contains("CAP_SYS_ADMIN"));
    assert!(
        left.complained().contains("missing: namespace"),
        "{}",
        left.complained()
    );
    Ok(())
}
