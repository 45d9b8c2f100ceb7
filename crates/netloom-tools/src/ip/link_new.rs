//! `ip link add`.

use super::link_set;
use super::words::{Failure, Outcome, Words};
use crate::Context;
use netloom_model::{Change, Errno, LinkSettings, NewKind, NewLink};

/// `ip link add [link DEV] [name] NAME ... type TYPE [ARGS]`.
pub(super) fn add(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let mut settings = LinkSettings::default();
    let mut name: Option<String> = None;
    let mut index = None;
    let mut kind = None;
    while let Some(word) = words.next() {
        match word {
            "name" | "dev" => {
                let given = words.value()?;
                if name.is_some() {
                    return Err(Failure::garbage(word, given));
                }
                name = Some(checked("name", given)?);
            }
            "index" => index = Some(words.number("Invalid \"index\" value")?),
            "type" => {
                kind = Some(words.value()?);
                break;
            }
            "link" => return Err(Failure::unsupported("link")),
            "help" => return Err(usage()),
            "numtxqueues" | "numrxqueues" => {
                words.number::<u32>("Invalid value")?;
            }
            _ if link_set::setting(cx, word, words, &mut settings)? => {}
            _ if name.is_none() => name = Some(checked("dev", word)?),
            _ => return Err(Failure::garbage("dev", word)),
        }
    }
    let Some(kind) = kind else {
        let text = "Not enough information: \"type\" argument is required";
        return Err(Failure::new(text, 1));
    };
    let kind = kind_of(cx, kind, words, &mut settings)?;
    let link = NewLink {
        name: name.unwrap_or_default(),
        index,
        kind,
        settings,
    };
    let ns = cx.ns.clone();
    Ok(cx.world.apply(vec![Change::AddLink { ns, link }])?)
}

/// A name that the kernel would not even look at (`IFNAMSIZ`).
pub(super) fn checked(key: &str, name: &str) -> Outcome<String> {
    if name.is_empty() || name.contains(|c: char| c == '/' || c.is_whitespace()) {
        Err(Failure::wrong(
            name,
            &format!("\"{key}\" not a valid ifname"),
        ))
    } else {
        Ok(name.to_owned())
    }
}

/// The kind, with its own words.
fn kind_of(
    cx: &mut Context<'_>,
    kind: &str,
    words: &mut Words<'_>,
    settings: &mut LinkSettings,
) -> Outcome<NewKind> {
    match kind {
        "veth" => veth(cx, words),
        "bridge" => {
            settings.bridge = link_set::bridge_settings(words)?;
            Ok(NewKind::Bridge)
        }
        "dummy" => match words.next() {
            None => Ok(NewKind::Dummy),
            Some(word) => Err(Failure::garbage("dummy", word)),
        },
        "tun" => {
            let text = "tun/tap creation via rtnetlink is not supported";
            Err(netloom_model::Error::with(Errno::OPNOTSUPP, text).into())
        }
        other => {
            let known = [
                "amt",
                "bareudp",
                "batadv",
                "bond",
                "can",
                "dsa",
                "erspan",
                "geneve",
                "gre",
                "gretap",
                "gtp",
                "hsr",
                "ifb",
                "ip6gre",
                "ip6gretap",
                "ip6tnl",
                "ipip",
                "ipoib",
                "ipvlan",
                "ipvtap",
                "macsec",
                "macvlan",
                "macvtap",
                "netdevsim",
                "nlmon",
                "rmnet",
                "sit",
                "vcan",
                "virt_wifi",
                "vlan",
                "vrf",
                "vti",
                "vxlan",
                "wireguard",
                "xfrm",
            ];
            Err(if known.contains(&other) {
                Failure::unsupported(&format!("type {other}"))
            } else {
                Failure::new("Error: Unknown device type.", 2)
            })
        }
    }
}

/// `type veth [peer [name] NAME ...]`.
fn veth(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<NewKind> {
    let mut peer = String::new();
    let mut peer_settings = LinkSettings::default();
    if let Some(word) = words.next() {
        if word == "help" {
            return Err(usage());
        }
        if word != "peer" {
            let text = format!("veth: unknown command \"{word}\"?\n");
            return Err(Failure::new(
                text + "Usage: ip link <options> type veth [peer <options>]",
                255,
            ));
        }
        while let Some(word) = words.next() {
            match word {
                "name" | "dev" => peer = checked("name", words.value()?)?,
                _ if link_set::setting(cx, word, words, &mut peer_settings)? => {}
                _ if peer.is_empty() => peer = checked("name", word)?,
                _ => return Err(Failure::garbage("dev", word)),
            }
        }
    }
    Ok(NewKind::Veth {
        peer,
        peer_settings: Box::new(peer_settings),
    })
}

/// The usage of `ip link`.
pub(super) fn usage() -> Failure {
    let text = "\
Usage: ip link add [name] NAME [address MAC] [mtu BYTES] [txqueuelen PACKETS] [index NUMBER]
               [netns NS|PID] type TYPE [WORD]...
       ip link set [dev] DEVICE [up|down] [name NAME] [address MAC] [broadcast MAC]
               [mtu BYTES] [txqueuelen PACKETS] [alias TEXT] [group GROUP]
               [netns NS|PID] [master DEVICE|nomaster] [type TYPE [WORD]...]
               [arp|multicast|allmulticast|promisc on|off]
       ip link del [dev] DEVICE
       ip link [show] [DEVICE] [group GROUP] [up] [master DEVICE] [type TYPE]
       ip link property add|del dev DEVICE altname NAME...

types: bridge dummy veth";
    Failure::new(text, 255)
}
