//! `bridge link`: the ports of bridges and their settings (bridge(8)).

use super::{Options, atoi, no_bridge_device, no_device, refused};
use crate::Context;
use crate::ip::print::Record;
use crate::ip::words::{self, Failure, Outcome, Words, matches};
use crate::ip::{find, link_set, link_show};
use netloom_model::state::Parts;
use netloom_model::{BridgePort, BridgePortSettings, Change, Errno, Link, LinkSettings, Namespace};

const USAGE: &str = "\
Usage: bridge link set dev PORT [cost NUMBER] [priority NUMBER] [state STATE]
                   [FLAG on|off]... [mcast_router NUMBER] [hwmode vepa|veb]
                   [backup_port DEVICE | nobackup_port] [self] [master]
       bridge link [show [dev PORT]]

flags: learning flood mcast_flood bcast_flood hairpin isolated locked guard
       root_block fastleave mcast_to_unicast neigh_suppress vlan_tunnel
       learning_sync";

/// The switches that `bridge link set` knows.
const FLAGS: [&str; 13] = [
    "guard",
    "hairpin",
    "fastleave",
    "root_block",
    "learning",
    "learning_sync",
    "flood",
    "mcast_flood",
    "bcast_flood",
    "mcast_to_unicast",
    "neigh_suppress",
    "isolated",
    "locked",
];

/// Runs `bridge link`.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let command = words.next().unwrap_or("show");
    let is = |full| matches(command, full);
    if is("set") || is("change") {
        set(cx, words)
    } else if is("show") || is("lst") || is("list") {
        show(cx, options, words)
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"bridge link help\".");
        Err(Failure::new(text, 255))
    }
}

fn show(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let mut dev = None;
    while let Some(word) = words.next() {
        // Any other word is a device too; the last one counts, and none of them is looked at
        // before the end.
        dev = (word == "dev").then(|| words.value()).transpose()?.or(dev);
    }
    let state = words::namespace(cx, Parts::LINKS)?;
    let index = match dev {
        Some(name) => Some(find(&state, name).ok_or_else(|| no_device(name))?),
        None => None,
    };
    let ports = state.links.iter().filter(|link| link.bridge_port.is_some());
    let wanted = ports.filter(|link| index.is_none_or(|index| link.index == index));
    let records = wanted.map(|link| line(options, &state, link)).collect();
    super::show(cx, options, records)
}

/// The line of a port.
pub(super) fn line(options: &Options, state: &Namespace, link: &Link) -> Record {
    let mut record = Record::default();
    // A bridge tells the index of a veth's other end, not its namespace: it is looked for here.
    let mut link = link.clone();
    link.peer = link.peer.filter(|peer| peer.index != link.index);
    if let Some(peer) = &mut link.peer {
        peer.nsid = None;
    }
    record.field("ifindex", link.index, format!("{}: ", link.index));
    let name = link_show::name(&mut record, state, &link);
    record.field("ifname", link.name.as_str(), format!("{name}: "));
    link_show::flags(&mut record, state, &link);
    record.field("mtu", link.mtu, format!("mtu {} ", link.mtu));
    if let Some(master) = link.master {
        let name = state.link_name(master);
        record.field("master", name.as_str(), format!("master {name} "));
    }
    if let Some(port) = &link.bridge_port {
        let (state, priority, cost) = (port.state.name(), port.priority, port.cost);
        record.field("state", state, format!("state {state} "));
        record.field("priority", priority, format!("priority {priority} "));
        record.field("cost", cost, format!("cost {cost} "));
        if options.details {
            details(&mut record, port);
        }
    }
    record
}

fn details(record: &mut Record, port: &BridgePort) {
    let flags = port.flags;
    record.text("\n    ");
    let mut switch = |key: &str, on: bool| {
        let word = if on { "on" } else { "off" };
        record.field(key, on, format!("{key} {word} "));
    };
    switch("hairpin", flags.hairpin);
    switch("guard", flags.bpdu_guard);
    switch("root_block", flags.root_block);
    switch("fastleave", flags.fast_leave);
    switch("learning", flags.learning);
    switch("flood", flags.flood);
    switch("mcast_flood", flags.mcast_flood);
    switch("bcast_flood", flags.bcast_flood);
    let router = port.mcast_router;
    record.field("mcast_router", router, format!("mcast_router {router} "));
    let mut switch = |key: &str, on: bool| {
        let word = if on { "on" } else { "off" };
        record.field(key, on, format!("{key} {word} "));
    };
    switch("mcast_to_unicast", flags.mcast_to_unicast);
    switch("neigh_suppress", flags.neigh_suppress);
    switch("vlan_tunnel", false);
    switch("isolated", flags.isolated);
    switch("locked", flags.locked);
}

/// `on` or `off`, as this command says what else it is not.
fn on_off(key: &str, words: &mut Words<'_>) -> Outcome<bool> {
    match words.value()? {
        "on" => Ok(true),
        "off" => Ok(false),
        other => {
            let text = format!(
                "Error: argument of \"{key}\" must be one of \"off\", \"on\", not \"{other}\""
            );
            Err(Failure::new(text, 234))
        }
    }
}

fn set(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let mut port = BridgePortSettings::default();
    let (mut dev, mut own, mut master) = (None, false, false);
    while let Some(word) = words.next() {
        match word {
            "dev" => dev = Some(words.value()?),
            // As the 32 and 16 bits that the kernel is told; zero and less are not told at all.
            "cost" => port.cost = Some(atoi(words.value()?) as u32).filter(|cost| *cost > 0),
            "priority" => {
                let priority = atoi(words.value()?);
                port.priority = (priority >= 0).then_some(priority as u16);
            }
            "state" => port.state = state(words.value()?)?,
            "self" => own = true,
            "master" => master = true,
            "hwmode" => {
                words.value()?;
                own = true;
            }
            "mcast_router" => port.mcast_router = Some(atoi(words.value()?) as u8),
            "vlan_tunnel" if words.peek() == Some("off") => {
                words.value()?;
            }
            "nobackup_port" => {}
            "vlan_tunnel" | "backup_port" => {
                return Err(Failure::unsupported(word));
            }
            _ if FLAGS.contains(&word) => {
                let on = on_off(word, words)?;
                if let Some(flag) = link_set::port_flag(&mut port, word) {
                    *flag = Some(on);
                }
            }
            _ => return Err(Failure::new(USAGE, 255)),
        }
    }
    let Some(dev) = dev else {
        return Err(Failure::new("Device is a required argument.", 255));
    };
    let state = words::namespace(cx, Parts::LINKS)?;
    let index = find(&state, dev).ok_or_else(|| no_bridge_device(dev))?;
    let is_port = state
        .link(&index.into())
        .is_some_and(|link| link.bridge_port.is_some());
    // No device here takes such settings itself.
    if !is_port || own && !master {
        return Err(refused(Errno::OPNOTSUPP.into()));
    }
    let set = LinkSettings {
        bridge_port: Some(port),
        ..LinkSettings::default()
    };
    let (ns, link, set) = (cx.ns.clone(), index.into(), Box::new(set));
    let change = Change::SetLink { ns, link, set };
    cx.world.apply(vec![change]).map_err(refused)
}

/// The state of a port, by name or number; one below zero asks for nothing.
fn state(word: &str) -> Outcome<Option<netloom_model::bridge::PortState>> {
    let names = [
        "disabled",
        "listening",
        "learning",
        "forwarding",
        "blocking",
    ];
    let named = names.iter().position(|name| word == *name);
    let number = match (word.parse::<i64>(), named) {
        (Ok(number), _) => number,
        (_, Some(at)) => at as i64,
        _ => return Err(Failure::new("Error: invalid STP port state", 255)),
    };
    if number < 0 {
        return Ok(None);
    }
    // The kernel is told the lowest byte of the number.
    let state = link_set::port_state((number & 0xff) as u8);
    state.map(Some).map_err(|_| refused(Errno::INVAL.into()))
}
