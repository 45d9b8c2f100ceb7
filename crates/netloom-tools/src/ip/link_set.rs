//! `ip link set`, `ip link delete`, `ip link property`.

use super::words::{self, Failure, Outcome, Words, matches};
use super::{index, link_mcast, link_new, link_show, netns, parse_group};
use crate::Context;
use netloom_model::bridge::PortState;
use netloom_model::state::Parts;
use netloom_model::{
    AddrGenMode, BridgePortSettings, BridgeSettings, Change, Errno, LinkRef, LinkSettings, MacAddr,
};

/// Reads one setting that `add` and `set` share; `false` if the word is none.
pub(super) fn setting(
    cx: &mut Context<'_>,
    word: &str,
    words: &mut Words<'_>,
    set: &mut LinkSettings,
) -> Outcome<bool> {
    match word {
        "up" => set.up = Some(true),
        "down" => set.up = Some(false),
        "mtu" => {
            if set.mtu.is_some() {
                return Err(Failure::duplicate("mtu", words.value()?));
            }
            // A number below zero is one that is too small for any device.
            let negative = words.peek().and_then(|word| word.parse::<i32>().ok());
            set.mtu = Some(match negative.filter(|number| *number < 0) {
                Some(_) => words.value().map(|_| 0)?,
                None => words.number("Invalid \"mtu\" value")?,
            });
        }
        "address" | "addr" | "lladdr" => set.address = Some(mac(words.value()?)?),
        "broadcast" | "brd" => set.broadcast = Some(mac(words.value()?)?),
        "txqueuelen" | "qlen" | "txqlen" => {
            set.txqueuelen = Some(words.number("Invalid \"txqueuelen\" value")?);
        }
        "alias" => {
            let alias = words.value()?;
            if alias.len() > 255 {
                return Err(Failure::wrong_nl("alias", "alias too long"));
            }
            set.alias = Some(alias.to_owned());
        }
        "group" => {
            let name = words.value()?;
            let group = parse_group(name);
            set.group =
                Some(group.ok_or_else(|| Failure::wrong_nl(name, "Invalid \"group\" value"))?);
        }
        "netns" => {
            let name = words.value()?;
            let known = netns::named(cx, name)?;
            let wrong = || Failure::wrong_nl(name, "Invalid \"netns\" value");
            set.netns = Some(known.ok_or_else(wrong)?);
        }
        "master" => {
            let name = words.value()?;
            let index =
                index(cx, name).map_err(|_| Failure::wrong_nl(name, "Device does not exist"))?;
            set.master = Some(Some(LinkRef::Index(index)));
        }
        "nomaster" => set.master = Some(None),
        "promisc" => set.promisc = Some(words.on_off("promisc")?),
        "multicast" => set.multicast = Some(words.on_off("multicast")?),
        "allmulticast" => set.allmulticast = Some(words.on_off("allmulticast")?),
        "arp" => set.arp = Some(words.on_off("arp")?),
        "trailers" => {
            words.on_off("trailers")?;
        }
        "addrgenmode" => {
            let name = words.value()?;
            let mode = AddrGenMode::ALL
                .into_iter()
                .find(|mode| mode.name() == name);
            let wrong = || Failure::wrong_nl(name, "Invalid address generation mode");
            set.addr_gen_mode = Some(mode.ok_or_else(wrong)?);
        }
        "mode" | "state" | "protodown" | "vf" | "xdp" | "carrier" | "vrf" => {
            return Err(Failure::unsupported(word));
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// A hardware address, or iproute2's complaint.
pub(crate) fn mac(word: &str) -> Outcome<MacAddr> {
    word.parse().map_err(|_| {
        let parts = word.split(':').map(|part| u8::from_str_radix(part, 16));
        if word.contains(':') && parts.into_iter().all(|part| part.is_ok()) {
            // An address of another length is for the kernel to refuse.
            return netloom_model::Error::from(Errno::INVAL).into();
        }
        Failure::new(format!("\"{word}\" is invalid lladdr."), 1)
    })
}

/// `ip link set [dev] DEV ...`.
pub(super) fn set(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let mut set = LinkSettings::default();
    let mut dev: Option<&str> = None;
    let mut group = None;
    while let Some(word) = words.next() {
        match word {
            "dev" => {
                let name = words.value()?;
                if dev.is_some() {
                    return Err(Failure::garbage("dev", name));
                }
                dev = Some(name);
            }
            "name" => set.name = Some(words.value()?.to_owned()),
            "type" => {
                kind(words, &mut set)?;
                break;
            }
            "help" => return Err(link_new::usage()),
            "group" if dev.is_none() => {
                let name = words.value()?;
                group = parse_group(name);
            }
            _ if setting(cx, word, words, &mut set)? => {}
            _ if dev.is_none() => dev = Some(word),
            _ => return Err(Failure::garbage("dev", word)),
        }
    }
    let Some(dev) = dev else {
        return set_group(cx, group, &set);
    };
    let index = index(cx, dev)?;
    let ns = cx.ns.clone();
    Ok(cx.world.apply(vec![Change::SetLink {
        ns,
        link: index.into(),
        set: Box::new(set),
    }])?)
}

/// Without a device: every device of a group.
fn set_group(cx: &mut Context<'_>, group: Option<u32>, set: &LinkSettings) -> Outcome<()> {
    let Some(group) = group else {
        return Err(needs_device());
    };
    let ns = cx.ns.clone();
    let state = words::namespace(cx, Parts::LINKS)?;
    let change = |index: u32| Change::SetLink {
        ns: ns.clone(),
        link: index.into(),
        set: Box::new(set.clone()),
    };
    let of_group = state.links.iter().filter(|link| link.group == group);
    let changes: Vec<Change> = of_group.map(|link| change(link.index)).collect();
    Ok(cx.world.apply(changes)?)
}

fn needs_device() -> Failure {
    let text = "Not enough information: \"dev\" argument is required.";
    Failure::new(text, 255)
}

fn kind(words: &mut Words<'_>, set: &mut LinkSettings) -> Outcome<()> {
    match words.value()? {
        "bridge" => set.bridge = bridge_settings(words)?,
        "bridge_slave" => set.bridge_port = Some(port_settings(words)?),
        other => return Err(Failure::unsupported(&format!("type {other}"))),
    }
    Ok(())
}

/// A switch of a port.
fn port_on_off(key: &str, words: &mut Words<'_>) -> Outcome<bool> {
    match words.value()? {
        "on" => Ok(true),
        "off" => Ok(false),
        other => {
            let text = format!(
                "Error: argument of \"{key}\" must be one of \"off\", \"on\", not \"{other}\""
            );
            Err(Failure::new(text, 1))
        }
    }
}

/// The words behind `type bridge`.
pub(super) fn bridge_settings(words: &mut Words<'_>) -> Outcome<Option<BridgeSettings>> {
    let mut set = BridgeSettings::default();
    let mut any = false;
    while let Some(word) = words.next() {
        any = true;
        let is = |name: &str| word == name;
        if is("ageing_time") {
            set.ageing_time = Some(words.plain_number("invalid ageing_time")?);
        } else if is("forward_delay") {
            set.forward_delay = Some(words.plain_number("invalid forward_delay")?);
        } else if is("hello_time") {
            set.hello_time = Some(words.plain_number("invalid hello_time")?);
        } else if is("max_age") {
            set.max_age = Some(words.plain_number("invalid max_age")?);
        } else if is("stp_state") {
            set.stp_state = Some(words.plain_number("invalid stp_state")?);
        } else if is("priority") {
            set.priority = Some(words.plain_number("invalid priority")?);
        } else if is("vlan_filtering") {
            set.vlan_filtering = Some(words.plain_number::<u8>("invalid vlan_filtering")? != 0);
        } else if is("vlan_protocol") {
            set.vlan_protocol = Some(vlan_protocol(words.value()?)?);
        } else if is("vlan_default_pvid") {
            set.vlan_default_pvid = Some(words.plain_number("invalid vlan_default_pvid")?);
        } else if is("vlan_stats_enabled") {
            set.vlan_stats_enabled = Some(words.plain_number("invalid vlan_stats_enabled")?);
        } else if is("vlan_stats_per_port") {
            set.vlan_stats_per_port = Some(words.plain_number("invalid vlan_stats_per_port")?);
        } else if is("mcast_snooping") {
            set.mcast_snooping = Some(words.plain_number::<u8>("invalid mcast_snooping")? != 0);
        } else if link_mcast::setting(word, words, &mut set.mcast)? {
            // It is set.
        } else if is("no_linklocal_learn") {
            set.no_linklocal_learn =
                Some(words.plain_number::<u8>("invalid no_linklocal_learn")? != 0);
        } else if let Some(call) = nf_call(&mut set, word) {
            *call = Some(words.plain_number::<u8>(&format!("invalid {word}"))? != 0);
        } else if is("group_fwd_mask") {
            set.group_fwd_mask = Some(words.plain_number("invalid group_fwd_mask")?);
        } else if is("group_address") || is("group_addr") {
            set.group_address = Some(mac(words.value()?)?);
        } else if is("fdb_flush") {
            set.fdb_flush = true;
        } else if is("help") {
            return Err(link_new::usage());
        } else {
            // Settings of the original that netloom does not have, or no word of it at all.
            return Err(if word.starts_with("mcast_") {
                Failure::unsupported(&format!("bridge {word}"))
            } else {
                Failure::new(format!("bridge: unknown command \"{word}\"?"), 1)
            });
        }
    }
    Ok(any.then_some(set))
}

/// The switch of `br_netfilter` that a word names.
fn nf_call<'a>(set: &'a mut BridgeSettings, word: &str) -> Option<&'a mut Option<bool>> {
    Some(match word {
        "nf_call_iptables" => &mut set.nf_call_iptables,
        "nf_call_ip6tables" => &mut set.nf_call_ip6tables,
        "nf_call_arptables" => &mut set.nf_call_arptables,
        _ => return None,
    })
}

/// The tags of VLANs: a name, in either case, or a number in hexadecimal.
fn vlan_protocol(word: &str) -> Outcome<u16> {
    let hex = word.strip_prefix("0x").unwrap_or(word);
    match word.to_lowercase().as_str() {
        "802.1q" => Ok(0x8100),
        "802.1ad" => Ok(0x88a8),
        _ => {
            u16::from_str_radix(hex, 16).map_err(|_| Failure::wrong(word, "invalid vlan_protocol"))
        }
    }
}

/// The words behind `type bridge_slave`.
fn port_settings(words: &mut Words<'_>) -> Outcome<BridgePortSettings> {
    let mut set = BridgePortSettings::default();
    while let Some(word) = words.next() {
        if word == "state" {
            set.state = Some(port_state(words.plain_number("state is invalid")?)?);
        } else if word == "fdb_flush" {
            set.fdb_flush = true;
        } else if word == "priority" {
            set.priority = Some(words.plain_number("priority is invalid")?);
        } else if word == "cost" {
            set.cost = Some(words.plain_number("cost is invalid")?);
        } else if word == "mcast_router" {
            set.mcast_router = Some(words.plain_number("invalid mcast_router")?);
        } else if let Some(flag) = port_flag(&mut set, word) {
            *flag = Some(port_on_off(word, words)?);
        } else {
            return Err(Failure::unsupported(&format!("bridge_slave {word}")));
        }
    }
    Ok(set)
}

/// The switch of a port that a word names.
pub(crate) fn port_flag<'a>(
    set: &'a mut BridgePortSettings,
    word: &str,
) -> Option<&'a mut Option<bool>> {
    Some(match word {
        "hairpin" => &mut set.hairpin,
        "guard" => &mut set.bpdu_guard,
        "root_block" => &mut set.root_block,
        "fastleave" | "mcast_fast_leave" => &mut set.fast_leave,
        "learning" => &mut set.learning,
        "learning_sync" => &mut set.learning_sync,
        "flood" => &mut set.flood,
        "mcast_flood" => &mut set.mcast_flood,
        "bcast_flood" => &mut set.bcast_flood,
        "mcast_to_unicast" => &mut set.mcast_to_unicast,
        "proxy_arp" => &mut set.proxy_arp,
        "proxy_arp_wifi" => &mut set.proxy_arp_wifi,
        "neigh_suppress" => &mut set.neigh_suppress,
        "isolated" => &mut set.isolated,
        "locked" => &mut set.locked,
        _ => return None,
    })
}

/// The state of a port, by number (`BR_STATE_*`).
pub(crate) fn port_state(number: u8) -> Outcome<PortState> {
    let state = PortState::of_number(number);
    state.ok_or_else(|| netloom_model::Error::from(Errno::INVAL).into())
}

/// `ip link delete [dev] DEV [type TYPE]`.
pub(super) fn delete(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let mut dev: Option<&str> = None;
    let mut group = None;
    while let Some(word) = words.next() {
        match word {
            "dev" => dev = Some(words.value()?),
            "group" => {
                let name = words.value()?;
                let wrong = || Failure::wrong_nl(name, "Invalid \"group\" value");
                group = Some(parse_group(name).ok_or_else(wrong)?);
            }
            "type" => {
                words.value()?;
            }
            "help" => return Err(link_new::usage()),
            _ if dev.is_none() => dev = Some(word),
            _ => return Err(Failure::garbage("dev", word)),
        }
    }
    if let Some(group) = group {
        return delete_group(cx, group);
    }
    let Some(dev) = dev else {
        return Err(needs_device());
    };
    let index = index(cx, dev)?;
    let ns = cx.ns.clone();
    Ok(cx.world.apply(vec![Change::DelLink {
        ns,
        link: index.into(),
    }])?)
}

/// Every device of a group; a veth's other end is gone by the time its turn comes.
fn delete_group(cx: &mut Context<'_>, group: u32) -> Outcome<()> {
    let state = words::namespace(cx, Parts::LINKS)?;
    for link in state.links.iter().filter(|link| link.group == group) {
        let (ns, link) = (cx.ns.clone(), link.index.into());
        match cx.world.apply(vec![Change::DelLink { ns, link }]) {
            Err(error) if error.errno != Errno::NODEV => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// `ip link property add|del [dev DEV] altname NAME...`.
pub(super) fn property(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let command = words.value()?;
    let adds = matches(command, "add");
    if !adds && !matches(command, "delete") {
        let text = format!("Command \"{command}\" is unknown, try \"ip link help\".");
        return Err(Failure::new(text, 255));
    }
    let mut dev = None;
    let mut altnames = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "dev" => dev = Some(words.value()?),
            "altname" => {
                altnames.push(words.value()?);
            }
            _ if altnames.is_empty() && dev.is_none() => dev = Some(word),
            _ => altnames.push(word),
        }
    }
    let Some(dev) = dev else {
        return Err(needs_device());
    };
    let state = words::namespace(cx, Parts::LINKS)?;
    let index = link_show::wanted(&state, dev)?.index;
    let ns = cx.ns.clone();
    let change = |name: &str| {
        let name = name.to_owned();
        let (ns, link) = (ns.clone(), LinkRef::Index(index));
        if adds {
            Change::AddAltname { ns, link, name }
        } else {
            Change::DelAltname { ns, link, name }
        }
    };
    let changes = altnames.into_iter().map(change).collect();
    Ok(cx.world.apply(changes)?)
}
