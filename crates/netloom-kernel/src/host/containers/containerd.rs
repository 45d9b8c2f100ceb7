//! containerd: a folder each task in `io.containerd.runtime.v2.task/NAMESPACE`, with its OCI
//! configuration and `init.pid`. What Kubernetes says of a container is in its annotations; k3s has its
//! own containerd elsewhere. Docker's containers (namespace `moby`) are told by Docker.

use super::{Found, Look, id_of, oci_namespace, pod, short, text};
use serde_json::Value;
use std::path::Path;

/// Where the state of containerd is.
const ROOTS: [&str; 2] = ["/run/containerd", "/run/k3s/containerd"];

/// Its containers that run.
pub(super) fn find(look: &mut Look<'_>) -> Vec<Found> {
    let mut all = Vec::new();
    for root in ROOTS {
        let tasks = look.at(root).join("io.containerd.runtime.v2.task");
        for namespace in look.folder(&tasks) {
            if namespace.file_name().is_some_and(|name| name == "moby") {
                continue;
            }
            for folder in look.folder(&namespace) {
                all.extend(container(look, &folder));
            }
        }
    }
    all
}

fn container(look: &mut Look<'_>, folder: &Path) -> Option<Found> {
    let id = id_of(folder)?;
    let pid = look.pid(&folder.join("init.pid"))?;
    let config = look.json(&folder.join("config.json"))?;
    let none = Value::Null;
    let annotations = config.get("annotations").unwrap_or(&none);
    let word = |key: &str| text(annotations, &[key]);
    let name = word("io.kubernetes.cri.container-name")
        .or_else(|| word("nerdctl/name"))
        .or_else(|| word("io.kubernetes.cri.sandbox-name"));
    Some(Found {
        name: name.unwrap_or_else(|| short(&id)).to_owned(),
        pod: pod(
            annotations,
            "io.kubernetes.cri.sandbox-name",
            "io.kubernetes.cri.sandbox-namespace",
        ),
        runtime: "containerd",
        path: oci_namespace(&config),
        pid: Some(pid),
        id,
    })
}
