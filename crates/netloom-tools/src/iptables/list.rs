//! Chains as a table, as `-L` prints them.

use super::Variant;
use super::arguments::Parsed;
use super::show::{self, Target};
use crate::ip::words::Outcome;
use netloom_model::Family;
use netloom_model::ruleset::statement::Verdict;
use netloom_model::ruleset::{Chain, Counter, Rule, Table, TableFamily};
use std::io::Write;

/// Prints a chain with its rules, or one of them.
pub(super) fn chain(
    out: &mut dyn Write,
    (variant, parsed): (Variant, &Parsed),
    (table, chain): (&Table, &Chain),
    only: Option<u32>,
) -> Outcome<()> {
    if variant.tables == TableFamily::Arp {
        return super::arp::list(out, (variant, parsed), (table, chain));
    }
    if only.is_none() {
        title(out, parsed, table, chain)?;
        header(out, parsed)?;
    }
    for (number, rule) in (1..).zip(&chain.rules) {
        if only.is_none_or(|only| only == number) {
            writeln!(out, "{}", line(variant, parsed, number, rule))?;
        }
    }
    Ok(())
}

pub(super) fn title(
    out: &mut dyn Write,
    parsed: &Parsed,
    table: &Table,
    chain: &Chain,
) -> Outcome<()> {
    let Some(base) = &chain.base else {
        let count = references(table, &chain.name);
        writeln!(out, "Chain {} ({count} references)", chain.name)?;
        return Ok(());
    };
    let policy = base.policy.name().to_uppercase();
    write!(out, "Chain {} (policy {policy}", chain.name)?;
    if parsed.verbose > 0 {
        let Counter { packets, bytes } = base.counter.unwrap_or_default();
        let (packets, bytes) = (amount(parsed, packets), amount(parsed, bytes));
        write!(out, " {} packets, {} bytes", packets.trim(), bytes.trim())?;
    }
    writeln!(out, ")")?;
    Ok(())
}

/// How many rules lead to a chain.
fn references(table: &Table, name: &str) -> usize {
    let rules = table.chains.iter().flat_map(|chain| &chain.rules);
    let leads = |rule: &&Rule| {
        rule.statements
            .iter()
            .any(|s| netloom_model::ruleset::check::leads_to(s) == Some(name))
    };
    rules.filter(leads).count()
}

fn header(out: &mut dyn Write, parsed: &Parsed) -> Outcome<()> {
    if parsed.line_numbers {
        write!(out, "{:<4} ", "num")?;
    }
    if parsed.verbose > 0 {
        if parsed.exact {
            write!(out, "{:>8} {:>10} ", "pkts", "bytes")?;
        } else {
            write!(out, "{:>5} {:>5} ", "pkts", "bytes")?;
        }
    }
    write!(out, "{:<9}  {:<4} {:<3}", "target", "prot", "opt")?;
    if parsed.verbose > 0 {
        write!(out, " {:<6} {:<6} ", "in", "out")?;
    }
    writeln!(out, " {:<19}  {:<19} ", "source", "destination")?;
    Ok(())
}

/// A number as it is printed in a column, with a space behind it.
fn amount(parsed: &Parsed, number: u64) -> String {
    if parsed.exact {
        return format!("{number:>8} ");
    }
    if number <= 99_999 {
        return format!("{number:>5} ");
    }
    let mut number = number;
    for unit in ["K", "M", "G"] {
        number = (number + 500) / 1000;
        if number <= 9999 {
            return format!("{number:>4}{unit} ");
        }
    }
    format!("{:>4}T ", (number + 500) / 1000)
}

fn line(variant: Variant, parsed: &Parsed, number: u32, rule: &Rule) -> String {
    let parts = show::parts(variant, rule, parsed.numeric);
    let mut line = String::new();
    if parsed.line_numbers {
        line += &format!("{number:<4} ");
    }
    if parsed.verbose > 0 {
        let counter = rule.counter().unwrap_or_default();
        line += &amount(parsed, counter.packets);
        line += &amount(parsed, counter.bytes);
    }
    let target = show::target_name(&parts.target);
    let (protocol, other) = parts.protocol.unwrap_or((0, false));
    let protocol = if parsed.numeric {
        protocol.to_string()
    } else {
        show::protocol(protocol)
    };
    let bang = |not: bool| if not { "!" } else { " " };
    line += &format!("{target:<9} {}{protocol:<4} ", bang(other));
    line += match parts.fragments {
        None => "-- ",
        Some(true) => "-f ",
        Some(false) => "!f ",
    };
    if parsed.verbose > 0 {
        for device in [&parts.input, &parts.output] {
            let name = device.as_ref().map_or_else(
                || "*".to_owned(),
                |(name, not)| format!("{}{name}", if *not { "!" } else { "" }),
            );
            line += &format!(" {name:<6}");
        }
        line += " ";
    }
    let any = anywhere(variant, parsed.numeric);
    for side in [&parts.source, &parts.destination] {
        let (network, not) = side.as_ref().map_or((any, false), |(n, not)| (n, *not));
        let network = shortened(network);
        line += &format!("{}{network:<19} ", bang(not));
    }
    if matches!(parts.target, Target::Verdict(Verdict::Goto(_))) {
        line += "[goto] ";
    }
    for shown in parts.matches.iter().filter(|shown| !shown.list.is_empty()) {
        line += &format!(" {}", shown.list);
    }
    if let Target::Extension(_, shown) = &parts.target
        && !shown.list.is_empty()
    {
        line += &format!(" {}", shown.list);
    }
    line
}

/// A rule as `-v` tells that something is done with it.
pub(super) fn echo(variant: Variant, rule: &Rule) -> String {
    if variant.tables == TableFamily::Arp {
        return String::new();
    }
    let parts = show::parts(variant, rule, true);
    let target = show::target_name(&parts.target);
    let (protocol, other) = parts.protocol.unwrap_or((0, false));
    let protocol = show::protocol(protocol);
    let bang = |not: bool| if not { "!" } else { " " };
    let fragments = match parts.fragments {
        None => "--",
        Some(true) => "-f",
        Some(false) => "!f",
    };
    let device = |device: &Option<(String, bool)>| match device {
        Some((name, true)) => format!("!{name}"),
        Some((name, false)) => name.clone(),
        None => "*".to_owned(),
    };
    let any = anywhere(variant, true);
    let side = |side: &Option<(String, bool)>| match side {
        Some((network, not)) => (bang(*not), shortened(network).to_owned()),
        None => (" ", any.to_owned()),
    };
    let (from, to) = (side(&parts.source), side(&parts.destination));
    let mut line = format!(
        "{target} {}{protocol} opt {fragments} in {} out {} {}{} {}-> {}  ",
        bang(other),
        device(&parts.input),
        device(&parts.output),
        from.0,
        from.1,
        to.0,
        to.1,
    );
    let extension = match &parts.target {
        Target::Extension(_, shown) => Some(shown),
        _ => None,
    };
    for shown in parts.matches.iter().chain(extension) {
        line += &format!(" {}", shown.list);
    }
    line + "\n"
}

const fn anywhere(variant: Variant, numeric: bool) -> &'static str {
    match (numeric, variant.family) {
        (false, _) => "anywhere",
        (true, Family::V4) => "0.0.0.0/0",
        (true, Family::V6) => "::/0",
    }
}

/// A network, or a host without its prefix length.
fn shortened(network: &str) -> &str {
    match network.split_once('/') {
        Some((host, "32")) if host.contains('.') => host,
        Some((host, "128")) => host,
        _ => network,
    }
}
