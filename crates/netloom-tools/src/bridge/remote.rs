//! Behind which host an address is, as `bridge fdb` says and shows it (bridge(8) `dst`, `port`, `vni`, `src_vni`,
//! `nhid`, `via`, `router`).

use super::no_device;
use crate::ip::find;
use crate::ip::print::Record;
use crate::ip::words::{self, Failure, Outcome, Words};
use crate::tcpdump::print::SERVICES;
use netloom_model::Namespace;
use netloom_model::bridge::FdbRemote;

/// What a command line says of it.
#[derive(Default)]
pub(super) struct Remote<'a> {
    said: FdbRemote,
    via: Option<&'a str>,
}

impl<'a> Remote<'a> {
    /// Takes a word; whether it is one.
    pub(super) fn word(&mut self, word: &str, words: &mut Words<'a>) -> Outcome<bool> {
        let said = &mut self.said;
        match word {
            "dst" => {
                let value = words.value()?;
                if said.dst.is_some() {
                    return Err(Failure::garbage("dst", value));
                }
                said.dst = Some(words::address(value, None)?);
            }
            "port" => said.port = Some(port(words.value()?)?).filter(|port| *port != 0),
            "vni" => said.vni = Some(network(words.value()?, "invalid VNI")?),
            "src_vni" => said.src_vni = Some(network(words.value()?, "invalid src VNI")?),
            "nhid" => {
                let value = words.value()?;
                let wrong = || Failure::wrong_nl(value, "\"id\" value is invalid");
                said.nhid = Some(words::u32_of(value).ok_or_else(wrong)?);
            }
            "via" => self.via = Some(words.value()?),
            "router" => said.router = true,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Refuses what may not be said together.
    pub(super) fn check(&self) -> Outcome<()> {
        let said = &self.said;
        let host = said.dst.is_some() || said.port.is_some() || said.vni.is_some();
        match said.nhid.is_some() && host {
            true => Err(Failure::new(
                "dst, port, vni are mutually exclusive with nhid",
                255,
            )),
            false => Ok(()),
        }
    }

    /// What was said, with the link's number; none if nothing was.
    pub(super) fn found(self, state: &Namespace) -> Outcome<Option<Box<FdbRemote>>> {
        let mut said = self.said;
        if let Some(name) = self.via {
            said.via = Some(find(state, name).ok_or_else(|| no_device(name))?);
        }
        Ok((said != FdbRemote::default()).then(|| Box::new(said)))
    }
}

/// A port by its number or by the name of its service.
fn port(word: &str) -> Outcome<u16> {
    let named = || {
        let mut services = SERVICES.iter();
        let service = services.find(|(name, _, _, udp)| *name == word && *udp)?;
        Some(service.1)
    };
    let number = words::u32_of(word).and_then(|number| u16::try_from(number).ok());
    number
        .or_else(named)
        .ok_or_else(|| Failure::wrong_nl(word, "invalid port"))
}

/// The number of a network, of 24 bits.
pub(super) fn network(word: &str, why: &str) -> Outcome<u32> {
    let number = words::u32_of(word).filter(|number| *number < 1 << 24);
    number.ok_or_else(|| Failure::wrong_nl(word, why))
}

/// The host, which stands before the VLAN.
pub(super) fn dst(record: &mut Record, remote: Option<&FdbRemote>) {
    if let Some(dst) = remote.and_then(|remote| remote.dst) {
        let dst = dst.to_string();
        record.field("dst", dst.as_str(), format!("dst {dst} "));
    }
}

/// How it is reached.
pub(super) fn way(record: &mut Record, state: &Namespace, remote: Option<&FdbRemote>) {
    let Some(remote) = remote else {
        return;
    };
    let mut number = |key: &str, value: Option<u32>| {
        if let Some(value) = value {
            record.field(key, value, format!("{key} {value} "));
        }
    };
    number("port", remote.port.map(u32::from));
    number("vni", remote.vni);
    number("src_vni", remote.src_vni);
    match (remote.via, remote.via_nsid) {
        (Some(via), Some(_)) => {
            record.field("viaIfIndex", via, format!("via ifindex {via} "));
        }
        (Some(via), None) => {
            let name = state.link_name(via);
            record.field("viaIf", name.as_str(), format!("via {name} "));
        }
        (None, _) => {}
    }
    if let Some(nhid) = remote.nhid {
        record.field("nhid", nhid, format!("nhid {nhid} "));
    }
    if let Some(id) = remote.via_nsid {
        record.field("linkNetNsId", id, format!("link-netnsid {id} "));
    }
}
