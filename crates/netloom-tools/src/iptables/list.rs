//! Chains as a table, as `-L` prints them.

use super::Variant;
use super::arguments::Parsed;
use super::library::Row;
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
    let row = row(variant, rule, parsed.numeric);
    let mut line = String::new();
    if parsed.line_numbers {
        line += &format!("{number:<4} ");
    }
    if parsed.verbose > 0 {
        line += &amount(parsed, row.packets);
        line += &amount(parsed, row.bytes);
    }
    line += &format!("{:<9} {}", row.target, signed(&row.protocol, 4));
    line += &format!("{} ", row.opt);
    if parsed.verbose > 0 {
        line += &format!(" {:<6} {:<6} ", row.input, row.output);
    }
    line += &signed(&row.source, 19);
    line += &signed(&row.destination, 19);
    line + &row.options
}

/// A word in a column that begins with `!` where it says the opposite.
fn signed(word: &str, width: usize) -> String {
    match word.strip_prefix('!') {
        Some(word) => format!("!{word:<width$} "),
        None => format!(" {word:<width$} "),
    }
}

/// The columns of a rule; options are spaced as they are printed.
pub(super) fn row(variant: Variant, rule: &Rule, numeric: bool) -> Row {
    let parts = show::parts(variant, rule, numeric);
    let Counter { packets, bytes } = rule.counter().unwrap_or_default();
    let (protocol, other) = parts.protocol.unwrap_or((0, false));
    let protocol = if numeric {
        protocol.to_string()
    } else {
        show::protocol(protocol)
    };
    let sign = |word: &str, not: bool| [if not { "!" } else { "" }, word].concat();
    let device = |device: &Option<(String, bool)>| match device {
        Some((name, not)) => sign(name, *not),
        None => "*".to_owned(),
    };
    let side = |side: &Option<(String, bool)>| match side {
        Some((network, not)) => sign(shortened(network), *not),
        None => anywhere(variant, numeric).to_owned(),
    };
    let mut options = String::new();
    if matches!(parts.target, Target::Verdict(Verdict::Goto(_))) {
        options += "[goto] ";
    }
    let of_target = match &parts.target {
        Target::Extension(_, shown) => Some(shown),
        _ => None,
    };
    let said = parts.matches.iter().chain(of_target);
    for shown in said.filter(|shown| !shown.list.is_empty()) {
        options += &format!(" {}", shown.list);
    }
    Row {
        packets,
        bytes,
        target: show::target_name(&parts.target).to_owned(),
        protocol: sign(&protocol, other),
        opt: match parts.fragments {
            None => "--".to_owned(),
            Some(true) => "-f".to_owned(),
            Some(false) => "!f".to_owned(),
        },
        input: device(&parts.input),
        output: device(&parts.output),
        source: side(&parts.source),
        destination: side(&parts.destination),
        options,
    }
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
