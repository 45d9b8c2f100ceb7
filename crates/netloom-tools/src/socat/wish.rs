//! What the socket of an address is told before it is used (socat(1), the option groups SOCKET, IP4
//! and IP6).

use super::address::{Words, host_of, split_colons};
use crate::Context;
use netloom_model::socket::{SocketId, SocketOption};
use netloom_model::state::Parts;
use netloom_model::{Errno, LinkRef, Namespace, Result};
use std::net::IpAddr;

/// Something that a socket is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Set(SocketOption),
    /// To join a group on the link of this name, number or address.
    Join(IpAddr, String),
}

/// Takes the options that mean a socket.
pub(super) fn read(words: &mut Words<'_>) -> core::result::Result<Vec<Wish>, String> {
    let mut wishes = Vec::new();
    let mut others = Vec::new();
    for (name, value) in core::mem::take(&mut words.options) {
        match wish(&name.to_ascii_lowercase(), value) {
            Some(wish) => wishes.push(wish.map_err(|why| format!("{name}={value}: {why}"))?),
            None => others.push((name, value)),
        }
    }
    words.options = others;
    Ok(wishes)
}

/// An option under any of its names.
fn wish(name: &str, value: &str) -> Option<core::result::Result<Wish, String>> {
    use SocketOption as O;
    let set = |option: core::result::Result<O, String>| Some(option.map(Wish::Set));
    match name {
        "broadcast" | "so-broadcast" => set(flag(value).map(O::Broadcast)),
        "reuseport" | "so-reuseport" => set(flag(value).map(O::ReusePort)),
        "if" | "interface" | "bindtodevice" | "so-bindtodevice" => {
            set(Ok(O::BindToDevice(value.to_owned())))
        }
        "freebind" | "ip-freebind" => set(flag(value).map(O::FreeBind)),
        "transparent" | "ip-transparent" => set(flag(value).map(O::Transparent)),
        "rcvbuf" | "so-rcvbuf" => set(number(value).map(O::ReceiveBuffer)),
        "ttl" | "ipttl" | "ip-ttl" => set(number(value).map(O::Ttl)),
        "tos" | "iptos" | "ip-tos" => set(number(value).map(O::Tos)),
        "v6only" | "ipv6only" | "ipv6-v6only" => set(flag(value).map(O::OnlyV6)),
        "multicastttl" | "multicast-ttl" | "ipmulticastttl" | "ip-multicast-ttl" => {
            set(number(value).map(O::MulticastTtl))
        }
        "multicastloop" | "multicast-loop" | "ipmulticastloop" | "ip-multicast-loop" => {
            set(flag(value).map(O::MulticastLoop))
        }
        "multicast-if" | "ip-multicast-if" => set(match host_of(value) {
            Ok(IpAddr::V4(address)) => Ok(O::MulticastAddress(address)),
            _ => Err("wanted an address of IPv4".to_owned()),
        }),
        "membership"
        | "add-membership"
        | "ip-membership"
        | "ip-add-membership"
        | "join-group"
        | "ipv6-join-group"
        | "ipv6-add-membership" => Some(join(value)),
        _ => None,
    }
}

/// An option that is on where no value is given.
fn flag(value: &str) -> core::result::Result<bool, String> {
    match value {
        "" => Ok(true),
        value => number::<u32>(value).map(|n| n != 0),
    }
}

fn number<T: core::str::FromStr>(value: &str) -> core::result::Result<T, String> {
    value.parse().map_err(|_| "wanted a number".to_owned())
}

/// `GROUP:LINK`.
fn join(value: &str) -> core::result::Result<Wish, String> {
    match split_colons(value)[..] {
        [group, link] => Ok(Wish::Join(host_of(group)?, link.to_owned())),
        _ => Err("wanted GROUP:DEVICE".to_owned()),
    }
}

/// Tells a socket what was wished for it.
pub(super) fn tell(cx: &mut Context<'_>, socket: SocketId, wishes: &[Wish]) -> Result<()> {
    for wish in wishes {
        let option = match wish {
            Wish::Set(option) => option.clone(),
            Wish::Join(group, link) => SocketOption::JoinGroup {
                group: *group,
                dev: index(cx, link)?,
            },
        };
        cx.world.set(socket, option)?;
    }
    Ok(())
}

/// The link of a name, a number or an address; 0 for none in particular.
fn index(cx: &mut Context<'_>, link: &str) -> Result<u32> {
    if let Ok(index) = link.parse() {
        return Ok(index);
    }
    let parts = Parts {
        addresses: true,
        ..Parts::LINKS
    };
    let mut state = cx.world.snapshot(Some(&cx.ns), parts)?;
    let here: Namespace = state.namespaces.remove(&cx.ns).unwrap_or_default();
    let found = match link.parse::<IpAddr>() {
        Ok(address) if address.is_unspecified() => return Ok(0),
        Ok(address) => {
            let held = here
                .addresses
                .iter()
                .find(|held| held.local.addr == address);
            held.map(|held| held.dev)
        }
        Err(_) => here.link(&LinkRef::from(link)).map(|link| link.index),
    };
    Ok(found.ok_or(Errno::NODEV)?)
}
