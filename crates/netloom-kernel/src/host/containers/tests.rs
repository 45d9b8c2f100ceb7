//! The files of runtimes, as made-up trees.

use super::{Found, find};
use std::fs;
use std::path::{Path, PathBuf};

/// A tree that goes with the value.
struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Tree {
        let path = std::env::temp_dir().join(format!("netloom-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Tree(path)
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn find(&self) -> Vec<Found> {
        let mut missing = Vec::new();
        let found = find(&self.0, &mut missing);
        assert!(missing.is_empty(), "{missing:?}");
        found
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn found(runtime: &'static str, name: &str, id: &str, path: Option<&str>, pid: u32) -> Found {
    Found {
        name: name.to_owned(),
        id: id.to_owned(),
        runtime,
        pod: None,
        path: path.map(PathBuf::from),
        pid: Some(pid),
    }
}

const ID: &str = "4f1c0b8a7d6e5f4c3b2a19080706050403020100ffeeddccbbaa998877665544";

#[test]
fn docker_tells_names_processes_and_namespaces_of_containers_that_run() {
    let tree = Tree::new("docker");
    let config = |name: &str, pid: u32| {
        format!(
            r#"{{"ID":"{ID}","Name":"/{name}","State":{{"Running":true,"Pid":{pid}}},
                "NetworkSettings":{{"SandboxKey":"/var/run/docker/netns/4f1c"}},"Config":{{"Labels":{{}}}}}}"#
        )
    };
    let path = |id: &str| format!("var/lib/docker/containers/{id}/config.v2.json");
    tree.file(&path("a"), &config("web", 1234));
    tree.file(&path("b"), &config("stopped", 0));
    tree.file(&path("c"), "{ half of a fi");
    tree.file("var/lib/docker/containers/d/hostname", "no container");
    let expected = found(
        "docker",
        "web",
        ID,
        Some("/var/run/docker/netns/4f1c"),
        1234,
    );
    assert_eq!(tree.find(), [expected]);
}

#[test]
fn docker_may_have_its_data_elsewhere() {
    let tree = Tree::new("docker-root");
    tree.file("etc/docker/daemon.json", r#"{"data-root":"/srv/docker"}"#);
    let config = format!(r#"{{"ID":"{ID}","Name":"/db","State":{{"Pid":7}}}}"#);
    tree.file("srv/docker/containers/x/config.v2.json", &config);
    assert_eq!(tree.find(), [found("docker", "db", ID, None, 7)]);
}

#[test]
fn podman_lists_names_beside_its_folders() {
    let tree = Tree::new("podman");
    let store = "var/lib/containers/storage/overlay-containers";
    let run = "run/containers/storage/overlay-containers";
    tree.file(
        &format!("{store}/containers.json"),
        &format!(r#"[{{"id":"{ID}","names":["web"]}},{{"id":"beef","names":["stopped"]}}]"#),
    );
    let config = r#"{"annotations":{"io.container.manager":"libpod"},
        "linux":{"namespaces":[{"type":"pid"},{"type":"network","path":"/run/netns/netns-5"}]}}"#;
    tree.file(&format!("{store}/{ID}/userdata/config.json"), config);
    tree.file(&format!("{run}/{ID}/userdata/pidfile"), "77");
    tree.file(&format!("{store}/beef/userdata/config.json"), config);
    let expected = found("podman", "web", ID, Some("/run/netns/netns-5"), 77);
    assert_eq!(tree.find(), [expected]);
}

#[test]
fn podman_without_root_is_found_in_the_homes() {
    let tree = Tree::new("rootless");
    let store = "home/ada/.local/share/containers/storage/overlay-containers";
    tree.file(
        &format!("{store}/containers.json"),
        &format!(r#"[{{"id":"{ID}","names":["web"]}}]"#),
    );
    tree.file(&format!("{store}/{ID}/userdata/config.json"), "{}");
    let run = "run/user/1000/containers/overlay-containers";
    tree.file(&format!("{run}/{ID}/userdata/pidfile"), "78\n");
    tree.file("run/user/1001/bus", "");
    assert_eq!(tree.find(), [found("podman", "web", ID, None, 78)]);
}

#[test]
fn cri_o_tells_pods_in_annotations() {
    let tree = Tree::new("crio");
    let store = "var/lib/containers/storage/overlay-containers";
    let run = "run/containers/storage/overlay-containers";
    let config = r#"{"annotations":{"io.container.manager":"cri-o",
        "io.kubernetes.cri-o.ContainerType":"container","io.kubernetes.container.name":"coredns",
        "io.kubernetes.pod.name":"coredns-5d78c","io.kubernetes.pod.namespace":"kube-system"},
        "linux":{"namespaces":[{"type":"network","path":"/var/run/netns/9f"}]}}"#;
    tree.file(&format!("{store}/{ID}/userdata/secrets"), "");
    tree.file(&format!("{run}/{ID}/userdata/config.json"), config);
    tree.file(&format!("{run}/{ID}/userdata/pidfile"), "80");
    let expected = Found {
        pod: Some("kube-system/coredns-5d78c".into()),
        ..found("cri-o", "coredns", ID, Some("/var/run/netns/9f"), 80)
    };
    assert_eq!(tree.find(), [expected]);
}

#[test]
fn containerd_tells_pods_in_annotations_and_leaves_docker_out() {
    let tree = Tree::new("containerd");
    let tasks = "run/containerd/io.containerd.runtime.v2.task";
    let config = r#"{"annotations":{"io.kubernetes.cri.container-type":"container",
        "io.kubernetes.cri.container-name":"app","io.kubernetes.cri.sandbox-name":"web-0",
        "io.kubernetes.cri.sandbox-namespace":"shop"},
        "linux":{"namespaces":[{"type":"network","path":"/proc/91/ns/net"}]}}"#;
    tree.file(&format!("{tasks}/k8s.io/{ID}/config.json"), config);
    tree.file(&format!("{tasks}/k8s.io/{ID}/init.pid"), "92");
    tree.file(&format!("{tasks}/moby/{ID}/config.json"), config);
    tree.file(&format!("{tasks}/moby/{ID}/init.pid"), "93");
    tree.file(&format!("{tasks}/default/{ID}x/config.json"), "{}");
    tree.file(&format!("{tasks}/default/{ID}x/init.pid"), "94");
    let plain = found("containerd", &ID[..12], &format!("{ID}x"), None, 94);
    let of_pod = Found {
        pod: Some("shop/web-0".into()),
        ..found("containerd", "app", ID, Some("/proc/91/ns/net"), 92)
    };
    assert_eq!(tree.find(), [plain, of_pod]);
}

#[test]
fn a_machine_without_containers_has_none() {
    assert!(find(Path::new("/nowhere"), &mut Vec::new()).is_empty());
}
