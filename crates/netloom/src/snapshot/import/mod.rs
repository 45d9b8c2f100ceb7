//! Snapshots of hosts without netloom: of what its script collected, of what tools saved or printed.
//!
//! - `script` is what `netloom snapshot --script` collects, `report` a sosreport, which may be an `archive`;
//! - a file alone is known by what is in it: `iptables-save`, `ip6tables-save`, `nft list ruleset`,
//!   `ip addr|link|route|rule|neigh`, `bridge fdb|vlan`, with `-j` or without, `sysctl -a`, `ipset save`;
//! - `gather` puts texts together by namespaces, `assemble` makes a namespace of its texts;
//! - `link`, `route`, `neighbour`, `vlan`, `group` read the JSON of iproute2 (`item` is how), `plain` makes it
//!   of what is printed for people; `socket` reads what ss prints;
//! - `firewall` has netloom's own tools read rules (`nft` what they do not know), `ends` finds the other
//!   ends of pairs.
//!
//! What no file tells is missing in the snapshot, as everything is that was not read.

mod archive;
mod assemble;
mod ends;
mod firewall;
mod gather;
mod group;
mod item;
mod link;
mod neighbour;
mod nft;
mod plain;
mod report;
mod route;
mod script;
mod socket;
mod vlan;

use super::file;
use gather::{Gathered, Part};
use netloom_model::{Family, Snapshot};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::io::{self, Cursor, Read};
use std::path::Path;

/// How much of a file tells whether it is an archive.
const HEAD: u64 = 64 * 1024;

/// The snapshot that files make together: their names, and what they hold. One alone may be a snapshot.
///
/// # Errors
/// A sentence: which file, and what is wrong with it.
pub(super) fn read(files: Vec<(String, Box<dyn Read>)>) -> Result<Snapshot, String> {
    let alone = files.len() == 1;
    let mut gathered = Gathered::default();
    for (name, mut from) in files {
        let told = |why: String| format!("{name}: {why}");
        let unread = |error: io::Error| told(error.to_string());
        let mut head = Vec::new();
        let begin = from.by_ref().take(HEAD).read_to_end(&mut head);
        begin.map_err(unread)?;
        let is_archive = archive::is_archive(&head);
        let whole = Cursor::new(head).chain(from);
        if is_archive {
            report::Report::of_archive(whole)
                .map_err(told)?
                .read(&mut gathered);
            continue;
        }
        let bytes = file::limited(whole).map_err(unread)?;
        let bytes = file::unpacked(bytes).map_err(told)?;
        // Where a file is says nothing of what it is, and is nobody's business.
        let file = Path::new(&name).file_name().unwrap_or_default();
        let file = file.to_string_lossy();
        match kind(&file, &bytes).map_err(told)? {
            Kind::Snapshot if alone => return file::parse(&bytes).map_err(told),
            Kind::Snapshot => {
                return Err(told(
                    "a snapshot is read alone, and not with other files".to_owned(),
                ));
            }
            Kind::Script => {
                script::read(&String::from_utf8_lossy(&bytes), &mut gathered).map_err(told)?;
            }
            Kind::Nothing if alone => return Err(told(EMPTY.to_owned())),
            Kind::Nothing => gathered.missing("files", format!("{file}: {EMPTY}")),
            Kind::Part(part) => {
                gathered.give(part, &file, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
    Ok(gathered.finish())
}

/// The snapshot of a sosreport in a folder.
///
/// # Errors
/// A sentence: there is none in it, or it cannot be read.
pub(super) fn read_folder(folder: &Path) -> Result<Snapshot, String> {
    let Some(report) = report::Report::of_folder(folder)? else {
        return Err(format!(
            "{}: it is a folder, but of no sosreport: it has no sos_commands",
            folder.display()
        ));
    };
    let mut gathered = Gathered::default();
    report.read(&mut gathered);
    Ok(gathered.finish())
}

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Snapshot,
    Script,
    Part(Part),
    /// A tool had nothing to print.
    Nothing,
}

/// What is said of a file without anything in it.
const EMPTY: &str = "it is empty, and nothing says what of a host it would tell";

/// Known by what is in it; where both families look alike, by a 6 in its name.
fn kind(name: &str, bytes: &[u8]) -> Result<Kind, String> {
    let text = String::from_utf8_lossy(bytes);
    let begin = text.trim_start();
    if begin.is_empty() {
        return Ok(Kind::Nothing);
    }
    if begin.starts_with(script::MARK) {
        return Ok(Kind::Script);
    }
    if begin.starts_with(['{', '[']) {
        return json(name, bytes);
    }
    let of_six = name.contains('6');
    let lines = || text.lines().filter(|line| !line.starts_with('#'));
    let first = lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let part = match first.split_whitespace().next() {
        Some("create") => Part::Ipsets,
        Some("-A" | "conntrack") if !begin.contains('*') => Part::Connections,
        Some(word) if word.starts_with("*broute") => Part::Saved("ebtables"),
        Some(word) if word.starts_with('*') => Part::Saved(saved_by(&text, of_six)),
        Some("table") if first.contains('{') => Part::NftText,
        Some("Chain") => return Err(LISTED.to_owned()),
        _ if lines().any(|line| line.starts_with("net.") && line.contains('=')) => Part::Sysctls,
        _ => plain::part(name, &text).ok_or_else(|| UNKNOWN.to_owned())?,
    };
    Ok(Kind::Part(part))
}

/// What can be read, for who gives something else.
const UNKNOWN: &str = "it is nothing that is read here: a snapshot, a sosreport, the output of \"netloom \
                       snapshot --script\", iptables-save, ip6tables-save, nft list ruleset, ip \
                       addr|link|route|rule|neigh, bridge fdb|vlan, ipset save, or sysctl -a";

/// What is said of a list of iptables.
const LISTED: &str =
    "what iptables -L prints does not tell rules whole: give what iptables-save prints";

/// Which tool saved a text of tables.
fn saved_by(text: &str, of_six: bool) -> &'static str {
    let comment = text.lines().next().unwrap_or_default();
    let tools = ["ip6tables", "arptables", "ebtables", "iptables"];
    let told = tools
        .into_iter()
        .find(|tool| comment.contains(&format!("{tool}-")));
    match told {
        Some(tool) => tool,
        None if of_six || text.contains("ipv6-icmp") || text.contains("icmp6-") => "ip6tables",
        None if text.contains(":BROUTING") || text.contains("--logical-") => "ebtables",
        None => "iptables",
    }
}

/// An object, of which a snapshot has many: its values are not kept.
#[derive(Deserialize)]
struct Object {
    nftables: Option<IgnoredAny>,
}

fn json(name: &str, bytes: &[u8]) -> Result<Kind, String> {
    if bytes.trim_ascii_start().starts_with(b"{") {
        return match serde_json::from_slice(bytes) {
            Ok(Object { nftables: Some(_) }) => Ok(Kind::Part(Part::Nft)),
            Ok(_) => Ok(Kind::Snapshot),
            // A damaged snapshot says more of itself.
            Err(_) if bytes.starts_with(b"{") => Ok(Kind::Snapshot),
            Err(error) => Err(format!("it is no JSON: {error}")),
        };
    }
    let value = item::json(&String::from_utf8_lossy(bytes))?;
    let Some(list) = value.as_array() else {
        return Ok(Kind::Snapshot);
    };
    if list.is_empty() {
        return Ok(Kind::Nothing);
    }
    let any = |key: &str| list.iter().any(|item| item.get(key).is_some());
    // Without the spaces of pretty output.
    let text = value.to_string();
    let v6 = text.contains("::") || name.contains('6') && !text.contains("\"dst\":\"1");
    let family = if v6 { Family::V6 } else { Family::V4 };
    let part = match () {
        _ if any("addr_info") => Part::Addresses,
        _ if any("maddr") => Part::Groups,
        _ if any("mdb") => Part::Mdb,
        _ if any("mac") => Part::Fdb,
        _ if any("vlans") => Part::Vlans,
        _ if any("ifindex") => Part::Links,
        _ if any("priority") => Part::Rules(family),
        _ if any("lladdr") || any("proxy") || list.iter().any(|i| i["state"].is_array()) => {
            Part::Neighbours
        }
        _ if any("dst") => Part::Routes(None),
        _ if any("nsid") => Part::Nsids,
        _ if any("id") => Part::Nexthops,
        _ => return Err(UNKNOWN.to_owned()),
    };
    Ok(Kind::Part(part))
}

#[cfg(test)]
mod tests;
