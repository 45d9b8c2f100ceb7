//! `SNPT`, `DNPT`: a prefix of IPv6 for another (RFC 6296).

use super::super::extension::{Extension, Given, Shown, View};
use super::values::{one_target, said, target};
use crate::ip::words::Outcome;
use core::net::IpAddr;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::XtTarget;
use netloom_model::{Family, IpNet};

pub(super) const SNPT: Extension = Extension {
    name: "SNPT",
    options: &[("src-pfx", 1), ("dst-pfx", 1)],
    build: |given| build(given, false),
    show: |view| show(view, false),
};

pub(super) const DNPT: Extension = Extension {
    name: "DNPT",
    options: &[("src-pfx", 1), ("dst-pfx", 1)],
    build: |given| build(given, true),
    show: |view| show(view, true),
};

const fn name(destination: bool) -> &'static str {
    if destination { "DNPT" } else { "SNPT" }
}

fn build(given: &Given<'_>, destination: bool) -> Outcome<Vec<Statement>> {
    let prefix = |option: &str| {
        let word = given.needed(name(destination), option)?.word();
        let bad = || {
            given.problem(&format!(
                "{}: bad value for option \"--{option}\": {word}",
                name(destination)
            ))
        };
        let (address, len) = word.split_once('/').unwrap_or((word, "128"));
        let address = given.address(address).ok_or_else(bad)?;
        let len: u8 = len.parse().map_err(|_| bad())?;
        if len > Family::of(address).bits() {
            return Err(bad());
        }
        Ok(IpNet::new(address, len))
    };
    one_target(XtTarget::Npt {
        destination,
        from: prefix("src-pfx")?,
        to: prefix("dst-pfx")?,
    })
}

fn show(view: &View<'_>, wanted: bool) -> Option<(usize, Shown)> {
    let XtTarget::Npt {
        destination,
        from,
        to,
    } = target(view)?
    else {
        return None;
    };
    if *destination != wanted {
        return None;
    }
    let words = |net: &IpNet| format!("{}/{}", net.addr, net.len);
    let (from, to) = (words(from), words(to));
    said(
        format!("--src-pfx {from} --dst-pfx {to}"),
        format!("{} src-pfx {from} dst-pfx {to}", name(wanted)),
    )
}

/// Whether the kernel takes a prefix: at most half an address, and nothing behind it
/// (`ip6t_npt_checkentry`).
pub(in crate::iptables) fn fits(prefix: &IpNet) -> bool {
    let IpAddr::V6(address) = prefix.addr else {
        return false;
    };
    let host = u128::MAX.checked_shr(u32::from(prefix.len)).unwrap_or(0);
    prefix.len <= 64 && u128::from(address) & host == 0
}
