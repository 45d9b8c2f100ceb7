//! Docker: a folder each container below its data's root, with `config.v2.json`. The root is told by
//! `daemon.json`, else it is that of a package or of a snap.

use super::{Found, Look, pod, short, text};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Where Docker's data is, unless it is told.
const ROOTS: [&str; 2] = ["/var/lib/docker", "/var/snap/docker/common/var-lib-docker"];

/// Docker's containers that run.
pub(super) fn find(look: &mut Look<'_>) -> Vec<Found> {
    let mut roots: Vec<PathBuf> = ROOTS.iter().map(|root| look.at(root)).collect();
    let told = look.json(&look.at("/etc/docker/daemon.json"));
    let told = told.as_ref().and_then(|told| text(told, &["data-root"]));
    roots.extend(told.map(|root| look.at(root)));
    roots.sort();
    roots.dedup();
    let mut all = Vec::new();
    for root in roots {
        for folder in look.folder(&root.join("containers")) {
            all.extend(container(look, &folder));
        }
    }
    all
}

fn container(look: &mut Look<'_>, folder: &Path) -> Option<Found> {
    let config = look.json(&folder.join("config.v2.json"))?;
    let pid = config.get("State")?.get("Pid").and_then(Value::as_u64);
    let pid = pid
        .filter(|pid| *pid > 0)
        .and_then(|pid| pid.try_into().ok())?;
    let id = text(&config, &["ID"])?;
    let labels = config.get("Config").and_then(|config| config.get("Labels"));
    // Docker writes names as links of a default name space: "/web".
    let name = text(&config, &["Name"]).map(|name| name.trim_start_matches('/'));
    let of_pod = |key: &str| labels.and_then(|labels| text(labels, &[key]));
    Some(Found {
        name: of_pod("io.kubernetes.container.name")
            .or(name)
            .unwrap_or_else(|| short(id))
            .to_owned(),
        id: id.to_owned(),
        runtime: "docker",
        pod: labels.and_then(|labels| {
            pod(
                labels,
                "io.kubernetes.pod.name",
                "io.kubernetes.pod.namespace",
            )
        }),
        path: text(&config, &["NetworkSettings", "SandboxKey"]).map(PathBuf::from),
        pid: Some(pid),
    })
}
