//! Which kind of tables the host's own iptables has.
//!
//! Both kinds can be in one kernel at a time, and each asks packets: who puts rules beside those of
//! other programs takes the kind that they take, which is that of the command `iptables`. It is two
//! programs, `xtables-nft-multi` and `xtables-legacy-multi`, of which links (of the distribution, or of
//! update-alternatives(1)) make the name `iptables`: what that name comes to tells which one it is,
//! without starting it.

use netloom_model::Family;
use netloom_model::ruleset::Backend;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the command is, should `PATH` not say so: daemons often have a short one.
const PLACES: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// The kind of the host's iptables; the newer one where it has none, or one that does not say.
pub(crate) fn backend(family: Family) -> Backend {
    let path = env::var_os("PATH").unwrap_or_default();
    let places = PLACES.iter().map(PathBuf::from);
    let name = match family {
        Family::V4 => "iptables",
        Family::V6 => "ip6tables",
    };
    of(env::split_paths(&path).chain(places), name).unwrap_or(Backend::Nft)
}

/// The kind of the first program of that name.
fn of(places: impl Iterator<Item = PathBuf>, name: &str) -> Option<Backend> {
    let mut found = places.filter_map(|place| fs::canonicalize(place.join(name)).ok());
    found.next().and_then(|program| kind(&program))
}

/// The kind of a program. Before 1.8 there was one for all, of the older kind, and one for `nf_tables`
/// that was called compatible.
fn kind(program: &Path) -> Option<Backend> {
    let name = program.file_name()?.to_str()?;
    let has = |word| name.contains(word);
    if has("nft") || has("compat") {
        Some(Backend::Nft)
    } else if has("legacy") || name == "xtables-multi" {
        Some(Backend::Legacy)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn the_name_iptables_is_followed_to_the_program_that_it_is() {
        let dir = env::temp_dir().join(format!("netloom-rules-host-{}", std::process::id()));
        let (first, second) = (dir.join("first"), dir.join("second"));
        let sbin = dir.join("sbin");
        for dir in [&first, &second, &sbin] {
            fs::create_dir_all(dir).unwrap();
        }
        for program in ["xtables-nft-multi", "xtables-legacy-multi", "wrapper"] {
            fs::write(sbin.join(program), "").unwrap();
        }
        symlink(sbin.join("xtables-legacy-multi"), dir.join("chosen")).unwrap();
        symlink(dir.join("chosen"), second.join("iptables")).unwrap();
        let told = || of([first.clone(), second.clone()].into_iter(), "iptables");
        assert_eq!(told(), Some(Backend::Legacy), "the second place has it");
        symlink(sbin.join("xtables-nft-multi"), first.join("iptables")).unwrap();
        assert_eq!(told(), Some(Backend::Nft), "the first place counts");
        fs::remove_file(first.join("iptables")).unwrap();
        symlink(sbin.join("wrapper"), first.join("iptables")).unwrap();
        assert_eq!(told(), None, "it does not say");
        fs::remove_dir_all(dir).unwrap();
    }
}
