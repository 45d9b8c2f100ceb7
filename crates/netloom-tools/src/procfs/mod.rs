//! The files of proc(5) that tell of a network: what is read from `/proc/net` and `/proc/sys/net`
//! in a world.
//!
//! A file that is not named here is none of the world's.

mod connections;
mod devices;
mod settings;
mod xtables;

use crate::{Context, Host};
use netloom_model::state::Parts;
use netloom_model::{Errno, Namespace, NsName};

/// What reading a file comes to.
type Read = Result<String, Errno>;

/// What `path`, with no relative beginning, holds in the command's namespace; none where the file
/// is none of the world's.
///
/// # Errors
/// What open(2) or read(2) fail with.
pub fn read(cx: &mut Context<'_>, path: &str) -> Option<Read> {
    let (ns, file) = place(&cx.ns, cx.host, path)?;
    match file.strip_prefix("sys/") {
        Some(file) => settings::read(cx, &ns, file),
        None => net(cx, &ns, file.strip_prefix("net/")?),
    }
}

/// The namespace that a path leads to, and the path below `/proc` without a process in it
/// (`net` is `self/net`).
fn place(own: &NsName, host: &dyn Host, path: &str) -> Option<(NsName, String)> {
    // A folder is the machine's to tell of.
    let below = path.strip_prefix('/').filter(|path| !path.ends_with('/'))?;
    let mut parts = Vec::new();
    for part in below.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            // What is above `/proc/net` is the process's folder: a link stands there.
            ".." if parts.last() == Some(&"net") && parts.len() == 2 => return None,
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let (proc, mut rest) = parts.split_first()?;
    if *proc != "proc" {
        return None;
    }
    let mut ns = own.clone();
    if let Some((of, net @ ["net", ..])) = rest.split_first() {
        let process = of.parse().ok();
        if let Some(pid) = process {
            ns = host.namespace_of(pid)?;
        }
        if process.is_some() || matches!(*of, "self" | "thread-self") {
            rest = net;
        }
    }
    Some((ns, rest.join("/")))
}

/// A file of `/proc/net`.
fn net(cx: &mut Context<'_>, ns: &NsName, file: &str) -> Option<Read> {
    let text = match file {
        "arp" => devices::arp,
        "dev" => devices::dev,
        "route" => devices::route,
        "nf_conntrack" => connections::table,
        "nf_conntrack_expect" => connections::expectations,
        "stat/nf_conntrack" => connections::statistics,
        "ip_tables_names" | "ip6_tables_names" | "arp_tables_names" => {
            return Some(xtables::names(cx, ns, file));
        }
        // A list of `recent` is not to be read; those of the machine are other ones.
        file if file.starts_with("xt_recent/") => return Some(Err(Errno::NOENT)),
        file => return xtables::words(file).map(|text| Ok(text.to_owned())),
    };
    Some(text(cx, ns))
}

/// The namespace, as far as it is asked for.
fn namespace(cx: &mut Context<'_>, ns: &NsName, parts: Parts) -> Result<Namespace, Errno> {
    let mut state = (cx.world.snapshot(Some(ns), parts)).map_err(|error| error.errno)?;
    Ok(state.namespaces.remove(ns).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::place;
    use crate::NoMachine;
    use netloom_model::NsName;

    /// Where a path leads below `/proc`.
    fn leads(path: &str) -> Option<String> {
        place(&NsName::new("a"), &NoMachine, path).map(|(_, file)| file)
    }

    #[test]
    fn a_file_has_more_than_one_path() {
        for path in [
            "/proc/net/arp",
            "//proc//net/./arp",
            "/proc/self/net/arp",
            "/proc/thread-self/net/arp",
            "/proc/sys/../net/arp",
        ] {
            assert_eq!(leads(path).as_deref(), Some("net/arp"), "{path}");
        }
        assert_eq!(
            leads("/proc/sys/net/ipv4/ip_forward").as_deref(),
            Some("sys/net/ipv4/ip_forward")
        );
    }

    #[test]
    fn what_is_not_of_the_world_leads_nowhere() {
        for path in [
            "arp",
            "/etc/hosts",
            "/proc/1/net/arp",
            "/proc/net/arp/",
            "/proc/net/../sys/net/ipv4/ip_forward",
        ] {
            assert_eq!(leads(path), None, "{path}");
        }
    }
}
