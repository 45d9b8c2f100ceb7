//! The network's part of a sosreport (sos(1)): a folder, or its archive, in which every file is called as
//! the command whose output it is: `sos_commands/networking/ip_-d_address`; those of other namespaces are
//! in `sos_commands/networking/namespaces/NAME`, or beside the others in older ones.
//!
//! What `iptables -nvL` prints does not tell a rule whole, so it is not read: rules are those of
//! `nft list ruleset` and of `iptables-save`.

use super::archive;
use super::gather::{Gathered, Part};
use netloom_model::Family;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

/// The folders of commands that tell of the network.
const FOLDERS: [&str; 8] = [
    "networking",
    "firewall_tables",
    "netfilter",
    "iptables",
    "nftables",
    "kernel",
    "host",
    "conntrack",
];

/// Where the tables of iptables-legacy are named.
const LEGACY: [(&str, &str); 2] = [
    ("ip_tables_names", "iptables"),
    ("ip6_tables_names", "ip6tables"),
];

/// A report's files, by their place in it.
pub(super) struct Report(BTreeMap<String, String>);

impl Report {
    /// The report in a folder, or in one inside of it; none if there is none.
    ///
    /// # Errors
    /// What cannot be read.
    pub(super) fn of_folder(folder: &Path) -> Result<Option<Report>, String> {
        let has = |folder: &Path| folder.join("sos_commands").is_dir();
        let told = |error: std::io::Error| format!("{}: {error}", folder.display());
        let mut root = Some(folder.to_path_buf()).filter(|folder| has(folder));
        if root.is_none() {
            for entry in fs::read_dir(folder).map_err(told)? {
                root = root.or(Some(entry.map_err(told)?.path()).filter(|inner| has(inner)));
            }
        }
        let Some(root) = root else { return Ok(None) };
        let mut report = Report(BTreeMap::new());
        let top = FOLDERS.map(|folder| format!("sos_commands/{folder}"));
        let mut folders: Vec<String> = top.to_vec();
        folders.extend(["proc/net".to_owned(), "proc/self/net".to_owned()]);
        while let Some(place) = folders.pop() {
            // One that is not there tells nothing.
            let Ok(entries) = fs::read_dir(root.join(&place)) else {
                continue;
            };
            for entry in entries.flatten() {
                let inner = format!("{place}/{}", entry.file_name().to_string_lossy());
                let Ok(kind) = entry.file_type() else {
                    continue;
                };
                if kind.is_dir() {
                    folders.push(inner);
                } else if kind.is_file() && wanted(&inner) {
                    let file = fs::File::open(entry.path());
                    let bytes = file.and_then(crate::snapshot::file::limited);
                    report.put(&inner, &bytes.map_err(told)?);
                }
            }
        }
        Ok(Some(report))
    }

    /// The report in an archive.
    ///
    /// # Errors
    /// It is damaged, or no report.
    pub(super) fn of_archive(from: impl Read) -> Result<Report, String> {
        let files = archive::files(from, &|name| inside(name).is_some_and(wanted))?;
        let mut report = Report(BTreeMap::new());
        for (name, bytes) in &files {
            report.put(inside(name).unwrap_or(name), bytes);
        }
        match files.is_empty() {
            true => Err("it is an archive, but of no sosreport: it has no sos_commands".to_owned()),
            false => Ok(report),
        }
    }

    fn put(&mut self, place: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.0.insert(place.to_owned(), text);
    }

    fn text(&self, place: &str) -> Option<&str> {
        self.0.get(place).map(String::as_str)
    }

    /// Gives all that it tells.
    pub(super) fn read(&self, gathered: &mut Gathered) {
        let host = self.text("sos_commands/host/hostname").unwrap_or_default();
        let uname = self
            .text("sos_commands/kernel/uname_-a")
            .unwrap_or_default();
        let mut uname = uname.split_whitespace().skip(1);
        let node = uname.next().unwrap_or_default();
        let host = host.lines().next().unwrap_or_default().trim();
        let name = if host.is_empty() { node } else { host };
        name.clone_into(&mut gathered.host.name);
        uname
            .next()
            .unwrap_or_default()
            .clone_into(&mut gathered.host.kernel);
        gathered.begin(Some(String::new()), "", None);
        self.give(gathered, &self.of_host());
        self.legacy(gathered);
        for name in self.namespaces() {
            gathered.begin(Some(name.clone()), &format!("/run/netns/{name}"), None);
            self.give(gathered, &self.of_namespace(&name));
        }
        gathered.missing("containers", "a sosreport tells of none".to_owned());
    }

    /// The files of commands that were run for the host itself: their places and commands.
    fn of_host(&self) -> Vec<(&str, &str)> {
        let files = self.0.keys().filter_map(|place| {
            let (folder, file) = place.strip_prefix("sos_commands/")?.rsplit_once('/')?;
            let own = !folder.contains('/') && !file.starts_with("ip_netns_exec_");
            own.then_some((place.as_str(), file))
        });
        files.collect()
    }

    /// Those that were run in a namespace.
    fn of_namespace(&self, name: &str) -> Vec<(&str, &str)> {
        let prefix = format!("ip_netns_exec_{}_", mangled(name));
        let own = format!("sos_commands/networking/namespaces/{name}/");
        let files = self.0.keys().filter_map(|place| {
            let file = place
                .strip_prefix(&own)
                .or_else(|| place.strip_prefix("sos_commands/networking/"))?;
            Some((place.as_str(), file.strip_prefix(&prefix)?))
        });
        files.collect()
    }

    /// The names of namespaces: those that `ip netns` tells, and those of folders.
    fn namespaces(&self) -> BTreeSet<String> {
        let listed = self.text("sos_commands/networking/ip_netns");
        let lines = listed.unwrap_or_default().lines();
        let names = lines.filter_map(|line| line.split_whitespace().next());
        let mut names: BTreeSet<String> = names.map(str::to_owned).collect();
        for place in self.0.keys() {
            let inner = place.strip_prefix("sos_commands/networking/namespaces/");
            names.extend(inner.and_then(|inner| Some(inner.split_once('/')?.0.to_owned())));
        }
        names.retain(|name| !self.of_namespace(name).is_empty());
        names
    }

    /// Gives the current namespace what files tell of it, of those that tell the same the one that tells
    /// most.
    fn give(&self, gathered: &mut Gathered, files: &[(&str, &str)]) {
        let mut told: Vec<(Part, &str)> = (files.iter())
            .filter_map(|(place, file)| Some((part_of(file)?, *place)))
            .collect();
        told.sort_by_key(|(part, place)| (*part, !place.contains("_-d_"), *place));
        let all_routes = told.iter().find(|(part, _)| *part == Part::Routes(None));
        let both = all_routes
            .and_then(|(_, place)| self.text(place))
            .is_some_and(|text| text.contains(" pref "));
        let mut given: Vec<Part> = Vec::new();
        for (part, place) in told {
            // The neighbours of different states are in different files.
            let again = given.contains(&part) && part != Part::Neighbours;
            if again || part == Part::Routes(Some(Family::V6)) && both {
                continue;
            }
            given.push(part);
            gathered.give(part, place, self.text(place).unwrap_or_default().to_owned());
        }
        let rules = |part: &Part| matches!(part, Part::Nft | Part::NftText | Part::Saved(_));
        let listed = (files.iter())
            .any(|(_, file)| file.starts_with("iptables_") || file.starts_with("ip6tables_"));
        if listed && !given.iter().any(rules) {
            gathered.lack(
                Part::Saved("iptables"),
                "what \"iptables -nvL\" prints does not tell rules whole, and nothing else is there",
            );
        }
    }

    /// Tables of iptables-legacy are in no list of nft.
    fn legacy(&self, gathered: &mut Gathered) {
        for (file, tool) in LEGACY {
            let names = ["proc/net", "proc/self/net"]
                .iter()
                .find_map(|folder| self.text(&format!("{folder}/{file}")));
            let names: Vec<&str> = names.unwrap_or_default().split_whitespace().collect();
            let saved = self
                .0
                .keys()
                .any(|place| place.contains(&format!("/{tool}-save")));
            if !names.is_empty() && !saved {
                gathered.lack(
                    Part::Saved(tool),
                    &format!(
                        "there are tables of {tool}-legacy ({}), and \"{tool} -nvL\" does not tell their \
                         rules whole",
                        names.join(", ")
                    ),
                );
            }
        }
    }
}

/// The place of a file in the report that an archive holds.
fn inside(name: &str) -> Option<&str> {
    let name = name.trim_start_matches("./");
    ["sos_commands/", "proc/net/", "proc/self/net/"]
        .iter()
        .find_map(|folder| match name.strip_prefix(folder) {
            Some(_) => Some(name),
            None => {
                let (root, rest) = name.split_once('/')?;
                (!root.is_empty() && rest.starts_with(folder)).then_some(rest)
            }
        })
}

/// Whether a file of a report tells anything that is read.
fn wanted(place: &str) -> bool {
    let file = place.rsplit('/').next().unwrap_or(place);
    if let Some(rest) = place.strip_prefix("sos_commands/") {
        let folder = rest.split('/').next().unwrap_or_default();
        let other = matches!(file, "hostname" | "uname_-a")
            || file.starts_with("iptables_")
            || file.starts_with("ip6tables_");
        let of_namespace = file.starts_with("ip_netns_exec_");
        return FOLDERS.contains(&folder) && (other || of_namespace || part_of(file).is_some());
    }
    LEGACY.iter().any(|(names, _)| *names == file)
}

/// What a command's output tells, by the name of its file, in which everything but letters, digits and
/// some signs is an underscore.
fn part_of(file: &str) -> Option<Part> {
    let words: Vec<&str> = file.split('_').collect();
    let (tool, rest) = words.split_first()?;
    let option = |wanted: &str| rest.contains(&wanted);
    let objects: Vec<&str> = (rest.iter())
        .filter(|word| !word.starts_with('-'))
        .copied()
        .collect();
    let family = if option("-6") { Family::V6 } else { Family::V4 };
    let part = match (*tool, &objects[..]) {
        _ if option("-o") || option("--help") => return None,
        ("ip", ["address" | "addr" | "a", ..]) => Part::Addresses,
        ("ip", ["link"] | ["link", "show"]) => Part::Links,
        ("ip", ["route", "show", "table", "all"]) => match option("-6") {
            true => Part::Routes(Some(Family::V6)),
            false => Part::Routes(None),
        },
        ("ip", ["rule"] | ["rule", "list" | "show"]) => Part::Rules(family),
        ("ip", ["neigh" | "neighbor" | "neighbour", "show", "proxy"]) => Part::Proxies,
        ("ip", ["neigh" | "neighbor" | "neighbour", ..]) => Part::Neighbours,
        ("ip", ["nexthop", ..]) => Part::Nexthops,
        ("ip", ["netns"] | ["netns", "list"]) => Part::Nsids,
        ("ip", ["maddr" | "maddress", ..]) => Part::Groups,
        ("ss", []) if all_sockets(rest) => Part::Sockets,
        ("bridge", ["fdb", ..]) => Part::Fdb,
        ("bridge", ["vlan"] | ["vlan", "show"]) => Part::Vlans,
        ("sysctl", []) if option("-a") => Part::Sysctls,
        ("iptables-save", []) => Part::Saved("iptables"),
        ("ip6tables-save", []) => Part::Saved("ip6tables"),
        ("ipset", ["save"]) => Part::Ipsets,
        ("nft", ["list", "ruleset"]) if option("-j") => Part::Nft,
        ("nft", ["list", "ruleset"]) => Part::NftText,
        _ => return None,
    };
    Some(part)
}

/// Whether options of ss list all sockets, by numbers: `-peaonmi`.
fn all_sockets(options: &[&str]) -> bool {
    let has = |letter: char| options.iter().any(|option| option.contains(letter));
    has('a') && has('n')
}

/// A name as sos writes it into names of files.
fn mangled(name: &str) -> String {
    let mut mangled = String::new();
    for letter in name.chars() {
        let kept = letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
        match letter {
            '/' => mangled.push('.'),
            _ if kept => mangled.push(letter),
            _ if mangled.ends_with('_') => {}
            _ => mangled.push('_'),
        }
    }
    mangled
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::{NsName, Snapshot};

    #[test]
    fn files_are_known_by_the_commands_that_they_are_called_after() {
        for (file, part) in [
            ("ip_-d_address", Some(Part::Addresses)),
            ("ip_-o_addr", None),
            ("ip_-s_-d_link", Some(Part::Links)),
            ("ip_route_show_table_all", Some(Part::Routes(None))),
            (
                "ip_-6_route_show_table_all",
                Some(Part::Routes(Some(Family::V6))),
            ),
            ("ip_-d_route_show_cache", None),
            ("ip_-4_rule_list", Some(Part::Rules(Family::V4))),
            ("ip_-6_rule_list", Some(Part::Rules(Family::V6))),
            ("ip_-s_-s_neigh_show", Some(Part::Neighbours)),
            ("ip_neigh_show_nud_noarp", Some(Part::Neighbours)),
            ("ip_netns", Some(Part::Nsids)),
            ("bridge_-s_-s_-d_-t_fdb_show", Some(Part::Fdb)),
            ("bridge_-d_vlan_show", Some(Part::Vlans)),
            ("nft_-a_list_ruleset", Some(Part::NftText)),
            ("iptables_-t_filter_-nvL", None),
            ("sysctl_-a", Some(Part::Sysctls)),
            ("ss_-peaonmi", Some(Part::Sockets)),
            ("ss_-s", None),
            ("ip_maddr_show", Some(Part::Groups)),
            ("netstat_-W_-neopa", None),
        ] {
            assert_eq!(part_of(file), part, "{file}");
        }
        assert_eq!(mangled("cni-1/2 x"), "cni-1.2_x");
    }

    const LO: &str = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n\
                      \x20   link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00 promiscuity 0 \n\
                      \x20   inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n";

    fn read(files: &[(&str, &str)]) -> Snapshot {
        let mut report = Report(BTreeMap::new());
        for (place, text) in files {
            report.put(place, text.as_bytes());
        }
        let mut gathered = Gathered::default();
        report.read(&mut gathered);
        gathered.finish()
    }

    #[test]
    fn the_namespaces_of_a_report_are_those_of_its_folders_and_of_its_list() {
        let host = read(&[
            ("sos_commands/host/hostname", "node-1.example\n"),
            (
                "sos_commands/kernel/uname_-a",
                "Linux node-1 5.14.0-503.el9.x86_64 #1 SMP x86_64 GNU/Linux\n",
            ),
            ("sos_commands/networking/ip_-d_address", LO),
            ("sos_commands/networking/ip_netns", "old (id: 4)\ngone\n"),
            (
                "sos_commands/networking/ip_netns_exec_old_ip_address_show",
                LO,
            ),
            (
                "sos_commands/networking/namespaces/blue/ip_netns_exec_blue_ip_-d_address_show",
                LO,
            ),
        ]);
        assert_eq!(host.host.name, "node-1.example");
        assert_eq!(host.host.kernel, "5.14.0-503.el9.x86_64");
        let names: Vec<&str> = host.state.namespaces.keys().map(NsName::as_str).collect();
        assert_eq!(names, ["", "blue", "old"]);
        for ns in names {
            assert_eq!(host.state.namespaces[&ns.into()].addresses.len(), 1);
        }
        let first = &host.state.namespaces[&NsName::first()];
        assert_eq!(first.nsids[&4].as_str(), "old");
    }

    #[test]
    fn rules_that_only_iptables_lists_are_missing() {
        let listed = (
            "sos_commands/firewall_tables/iptables_-vnxL",
            "Chain INPUT\n",
        );
        let nft = (
            "sos_commands/firewall_tables/nft_-a_list_ruleset",
            "table ip filter { # handle 1\n}\n",
        );
        let legacy = ("proc/net/ip_tables_names", "filter\nnat\n");
        let why = |files: &[(&str, &str)]| {
            let host = read(files);
            host.why_missing(&NsName::first(), "ruleset")
                .map(str::to_owned)
        };
        assert!(
            why(&[listed])
                .unwrap()
                .contains("does not tell rules whole")
        );
        assert_eq!(why(&[listed, nft]), None);
        assert!(
            why(&[listed, nft, legacy])
                .unwrap()
                .contains("(filter, nat)")
        );
    }
}
