//! `ip link xstats type bridge|bridge_slave`: what a kind of device counts of its own. Bridges here
//! count for the spanning tree; of IGMP and MLD they count nothing, as Linux's do until
//! `mcast_stats_enabled` tells them to.

use super::print::Record;
use super::words::{self, Failure, Outcome, Words};
use super::{Options, find};
use crate::Context;
use netloom_model::spanning_tree::PortTreeCounters;
use netloom_model::state::Parts;
use netloom_model::{Link, LinkKind};

/// How far the lines behind a device's name are indented.
const INDENT: &str = "                    ";

/// Which of the counters are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    All,
    Multicast,
    SpanningTree,
}

/// `ip link xstats type TYPE [igmp | stp] [dev DEV]`.
pub(super) fn xstats(
    cx: &mut Context<'_>,
    options: &Options,
    words: &mut Words<'_>,
) -> Outcome<()> {
    let ports = match words.next() {
        None => return Err(Failure::new("xstats: missing argument", 1)),
        Some("type") => match words.value()? {
            "bridge" => false,
            "bridge_slave" => true,
            other => return Err(Failure::wrong(other, "invalid type")),
        },
        Some(other) => return Err(Failure::wrong(other, "unknown argument")),
    };
    let state = words::namespace(cx, Parts::LINKS)?;
    let (mut wanted, mut dev) = (Wanted::All, None);
    while let Some(word) = words.next() {
        match word {
            "igmp" | "mcast" => wanted = Wanted::Multicast,
            "stp" => wanted = Wanted::SpanningTree,
            "dev" => {
                let name = words.value()?;
                let gone = || Failure::new(format!("Cannot find device \"{name}\""), 1);
                dev = Some(find(&state, name).ok_or_else(gone)?);
            }
            "help" => {
                let kind = if ports { "bridge_slave" } else { "bridge" };
                writeln!(cx.err, "Usage: ... {kind} [ igmp ] [ dev DEVICE ]")?;
                return Ok(());
            }
            _ => return Err(Failure::wrong(word, "unknown attribute")),
        }
    }
    let chosen = |link: &&Link| {
        let counts = if ports {
            link.bridge_port.is_some()
        } else {
            matches!(link.kind, LinkKind::Bridge(_))
        };
        counts && dev.is_none_or(|index| link.index == index)
    };
    let links = state.links.iter().filter(chosen);
    let records: Vec<Record> = links.map(|link| of(link, wanted)).collect();
    if options.json {
        return super::show(cx, options, records);
    }
    for record in records {
        writeln!(cx.out, "{}", record.text)?;
    }
    Ok(())
}

/// What a bridge or a port has counted.
fn of(link: &Link, wanted: Wanted) -> Record {
    let mut record = Record::default();
    record.field("ifname", link.name.as_str(), format!("{:<16}", link.name));
    if wanted != Wanted::SpanningTree {
        multicast(&mut record);
    }
    if let Some(port) = &link.bridge_port
        && wanted != Wanted::Multicast
    {
        spanning_tree(&mut record, &port.tree.counters);
    }
    record
}

/// Counters that stand at zero, one line for each name.
fn zeros(record: &mut Record, key: &str, versions: &[&str]) {
    record.open_object(key);
    for direction in ["rx", "tx"] {
        for version in versions {
            record.json(&format!("{direction}_{version}"), 0u32);
        }
    }
    record.close();
    for direction in ["RX", "TX"] {
        let versions = versions.iter().map(|version| format!(" {version} 0"));
        let versions: String = versions.collect();
        record.text(format!("\n{INDENT}  {direction}:{versions}"));
    }
}

fn multicast(record: &mut Record) {
    record.open_object("multicast");
    for (key, name, versions) in [
        ("igmp", "IGMP", &["v1", "v2", "v3"][..]),
        ("mld", "MLD", &["v1", "v2"]),
    ] {
        record.text(format!("\n{INDENT}{name} queries:"));
        zeros(record, &format!("{key}_queries"), versions);
        record.text(format!("\n{INDENT}{name} reports:"));
        zeros(record, &format!("{key}_reports"), versions);
        record.open_object(&format!("{key}_leaves"));
        record.json("rx", 0u32);
        record.json("tx", 0u32);
        record.close();
        record.text(format!("\n{INDENT}{name} leaves: RX: 0 TX: 0"));
        record.field(
            &format!("{key}_parse_errors"),
            0u32,
            format!("\n{INDENT}{name} parse errors: 0"),
        );
    }
    record.close();
}

fn spanning_tree(record: &mut Record, counters: &PortTreeCounters) {
    record.open_object("stp");
    for (key, before, value) in [
        ("rx_bpdu", "\n{}STP BPDU:  RX: ", counters.rx_bpdu),
        ("tx_bpdu", " TX: ", counters.tx_bpdu),
        ("rx_tcn", "\n{}STP TCN:   RX: ", counters.rx_tcn),
        ("tx_tcn", " TX: ", counters.tx_tcn),
        (
            "transition_blk",
            "\n{}STP Transitions: Blocked: ",
            counters.transition_blk,
        ),
        ("transition_fwd", " Forwarding: ", counters.transition_fwd),
    ] {
        let before = before.replace("{}", INDENT);
        record.field(key, value, format!("{before}{value}"));
    }
    record.close();
}
