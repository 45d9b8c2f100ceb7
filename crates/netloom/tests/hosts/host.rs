//! A host's folder.

use libtest_mimic::Failed;
use std::fs;
use std::path::PathBuf;

/// Where the hosts are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosts/data");

/// What programs saved, and the commands that load and save it, in the order of loading.
pub(crate) const SAVED: [(&str, &str, &str); 4] = [
    ("iptables.save", "iptables-restore -c", "iptables-save -c"),
    (
        "ip6tables.save",
        "ip6tables-restore -c",
        "ip6tables-save -c",
    ),
    (
        "iptables-legacy.save",
        "iptables-legacy-restore -c",
        "iptables-legacy-save -c",
    ),
    (
        "ip6tables-legacy.save",
        "ip6tables-legacy-restore -c",
        "ip6tables-legacy-save -c",
    ),
];
/// Sets are there before the rules that ask them.
pub(crate) const SETS: (&str, &str) = ("ipset.save", "ipset restore");
/// The words of nft, and the command that loads them.
pub(crate) const NFT: (&str, &str) = ("ruleset.nft", "nft -f -");
/// The same as JSON.
pub(crate) const JSON: (&str, &str) = ("ruleset.json", "nft -j -f -");

/// A host.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) name: String,
    folder: PathBuf,
}

/// All of them, by name.
pub(crate) fn all() -> Vec<Host> {
    let folders = fs::read_dir(FOLDER).expect("the folder of hosts can be read");
    let mut hosts: Vec<Host> = folders
        .map(|folder| folder.expect("the folder of hosts can be listed").path())
        .map(|folder| Host {
            name: folder
                .file_name()
                .expect("a host has a name")
                .to_string_lossy()
                .into_owned(),
            folder,
        })
        .collect();
    hosts.sort_by(|one, other| one.name.cmp(&other.name));
    hosts
}

impl Host {
    /// Whether there is such a file.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.folder.join(file).exists()
    }

    /// Whether it is nft's own words that are loaded.
    pub(crate) fn is_nft(&self) -> bool {
        !SAVED.iter().any(|(file, ..)| self.has(file))
    }

    /// Whether nft can list it: what is legacy it does not see.
    pub(crate) fn is_listed(&self) -> bool {
        !self.has("iptables-legacy.save")
    }

    /// What a file says.
    pub(crate) fn read(&self, file: &str) -> Result<String, Failed> {
        let path = self.folder.join(file);
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// Writes a file anew.
    pub(crate) fn write(&self, file: &str, text: &str) -> Result<(), Failed> {
        Ok(fs::write(self.folder.join(file), text)?)
    }

    /// Files and the commands that read them.
    pub(crate) fn loads(&self) -> Vec<(&'static str, &'static str)> {
        let saved = SAVED.iter().map(|(file, load, _)| (*file, *load));
        let all = std::iter::once(SETS).chain(saved);
        let mut all: Vec<_> = all.filter(|(file, _)| self.has(file)).collect();
        if self.is_nft() {
            all.push(NFT);
        }
        all
    }

    /// Why netloom is known to differ in a trial.
    pub(crate) fn known_difference(&self, trial: &str) -> Option<String> {
        let text = fs::read_to_string(self.folder.join("differs")).ok()?;
        let mut lines = text.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(about, _)| *about == trial);
        found.map(|(_, reason)| reason.to_owned())
    }
}
