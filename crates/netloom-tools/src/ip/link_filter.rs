//! Which links a listing is about: `ip link show`, `ip address show`.

use super::parse_group;
use super::words::{Failure, Outcome, Words};
use netloom_model::{Link, LinkFlags, LinkRef, Namespace};

/// Which links are wanted.
#[derive(Default)]
pub(super) struct Filter {
    pub(super) dev: Option<String>,
    pub(super) up: bool,
    pub(super) master: Option<String>,
    pub(super) nomaster: bool,
    pub(super) kind: Option<String>,
    pub(super) group: Option<u32>,
}

impl Filter {
    /// Reads one word of a filter; `false` if it is none.
    pub(super) fn word(&mut self, word: &str, words: &mut Words<'_>) -> Outcome<bool> {
        match word {
            "up" => self.up = true,
            "master" => self.master = Some(words.value()?.to_owned()),
            "nomaster" => self.nomaster = true,
            "type" => self.kind = Some(words.value()?.to_owned()),
            "vrf" => return Err(Failure::unsupported("vrf")),
            "group" => {
                let name = words.value()?;
                let group = parse_group(name);
                self.group =
                    Some(group.ok_or_else(|| Failure::wrong_nl(name, "Invalid \"group\" value"))?);
            }
            "dev" => self.set_dev(words.value()?)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The one device that is wanted.
    pub(super) fn set_dev(&mut self, name: &str) -> Outcome<()> {
        if self.dev.is_some() {
            return Err(Failure::garbage("dev", name));
        }
        self.dev = Some(name.to_owned());
        Ok(())
    }

    /// The links that are wanted, in the order of their index.
    pub(super) fn links<'a>(&self, state: &'a Namespace) -> Outcome<Vec<&'a Link>> {
        if let Some(name) = &self.dev {
            let index = super::find(state, name)
                .ok_or_else(|| Failure::new(format!("Device \"{name}\" does not exist."), 1))?;
            return Ok(state.link(&LinkRef::Index(index)).into_iter().collect());
        }
        let master = match &self.master {
            Some(name) => Some(
                super::find(state, name)
                    .ok_or_else(|| Failure::wrong_nl(name, "Device does not exist"))?,
            ),
            None => None,
        };
        let wanted = |link: &&Link| {
            (!self.up || link.flags.contains(LinkFlags::UP))
                && (master.is_none() || link.master == master)
                && (!self.nomaster || link.master.is_none())
                && self.group.is_none_or(|group| link.group == group)
                && self.kind.as_deref().is_none_or(|kind| is_kind(link, kind))
        };
        Ok(state.links.iter().filter(wanted).collect())
    }
}

/// Whether a link is of a kind, or a port of a device of that kind (`bridge_slave`).
fn is_kind(link: &Link, kind: &str) -> bool {
    match kind.strip_suffix("_slave") {
        Some(kind) => kind == "bridge" && link.bridge_port.is_some(),
        None => link.kind.name() == Some(kind),
    }
}
