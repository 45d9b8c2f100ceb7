//! Podman and CRI-O: both keep their containers in the storage of containers-storage(1), a folder each
//! in `overlay-containers`, and what runs beside it in a folder of `/run`. The OCI configuration in there
//! says which of the two it is. Podman without root has its own folders in each home.

use super::{Found, Look, id_of, oci_namespace, pod, short, text};
use serde_json::Value;
use std::path::Path;

/// Where containers are, and where what runs of them is.
const SYSTEM: (&str, &str) = ("/var/lib/containers/storage", "/run/containers/storage");

/// Their containers that run.
pub(super) fn find(look: &mut Look<'_>) -> Vec<Found> {
    let mut stores = vec![(look.at(SYSTEM.0), look.at(SYSTEM.1))];
    let mut homes = look.folder(&look.at("/home"));
    homes.push(look.at("/root"));
    let runs = look.folder(&look.at("/run/user"));
    for home in homes {
        let store = home.join(".local/share/containers/storage");
        if store.is_dir() {
            // A home does not say whose number it has: the folder that runs has the same containers.
            let beside = runs
                .iter()
                .map(|run| (store.clone(), run.join("containers")));
            stores.extend(beside);
        }
    }
    let mut all: Vec<Found> = Vec::new();
    for (store, run) in stores {
        for found in in_store(look, &store, &run) {
            if !all.iter().any(|known| known.id == found.id) {
                all.push(found);
            }
        }
    }
    all
}

fn in_store(look: &mut Look<'_>, store: &Path, run: &Path) -> Vec<Found> {
    let kept = store.join("overlay-containers");
    let runs = run.join("overlay-containers");
    let listed = look.json(&kept.join("containers.json"));
    let listed = listed.as_ref().and_then(Value::as_array);
    let folders = look.folder(&kept);
    let found = folders.iter().filter_map(|folder| {
        let id = id_of(folder)?;
        let pid = look.pid(&runs.join(&id).join("userdata/pidfile"))?;
        let places = [runs.join(&id), folder.clone()];
        let config = places
            .iter()
            .find_map(|place| look.json(&place.join("userdata/config.json")))
            .unwrap_or(Value::Null);
        let entry = listed.and_then(|all| all.iter().find(|e| text(e, &["id"]) == Some(&id)));
        Some(container(&id, pid, &config, entry))
    });
    found.collect()
}

fn container(id: &str, pid: u32, config: &Value, entry: Option<&Value>) -> Found {
    let none = Value::Null;
    let annotations = config.get("annotations").unwrap_or(&none);
    let names = entry.and_then(|entry| entry.get("names")?.as_array()?.first()?.as_str());
    let of_crio = text(annotations, &["io.container.manager"]) == Some("cri-o")
        || text(annotations, &["io.kubernetes.cri-o.ContainerID"]).is_some();
    let word = |key: &str| text(annotations, &[key]);
    let sandbox = word("io.kubernetes.cri-o.ContainerType") == Some("sandbox");
    let of_pod = match sandbox {
        true => None,
        false => word("io.kubernetes.container.name"),
    };
    Found {
        name: of_pod.or(names).unwrap_or_else(|| short(id)).to_owned(),
        id: id.to_owned(),
        runtime: if of_crio { "cri-o" } else { "podman" },
        pod: pod(
            annotations,
            "io.kubernetes.pod.name",
            "io.kubernetes.pod.namespace",
        ),
        path: oci_namespace(config),
        pid: Some(pid),
    }
}
