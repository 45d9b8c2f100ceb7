//! `conntrack` of conntrack-tools 1.4.7 (conntrack(8)): the connections that a namespace remembers.
//!
//! `arguments` reads the command line by its `words`, `select` picks connections, `show`, `xml` and `save` write them,
//! `change` makes, changes and forgets them, `events` tells of them as they come and go.
//!
//! Left out, each with a clear error: making and changing expectations. The tables `dying` and
//! `unconfirmed` are empty: no connection stays in them longer than a packet is on its way.

mod arguments;
mod change;
mod events;
mod labels;
mod options;
mod save;
mod select;
mod show;
mod words;
mod xml;

use crate::Context;
use crate::ip::words::{Failure, Outcome};
use labels::Labels;
use netloom_model::conntrack::{Connection, ConnectionChange, Statistics};
use netloom_model::state::Parts;
use netloom_model::{Change, Namespace};
use options::{Command, Options, Table};
use show::Show;
pub(crate) use show::{name_of, tuple_with};

/// What every line of its own begins with.
const NAME: &str = "conntrack v1.4.7 (conntrack-tools)";

const USAGE: &str = "\
Command line interface for the connection tracking system. Version 1.4.7
Usage: conntrack COMMAND [TABLE] [OPTION]...

Commands:
  -L, --dump      what is in a table; -z: and count from nothing again
  -G, --get       one connection
  -D, --delete    forget connections
  -I, --create    make one; -A, --add: unless it is there
  -U, --update    change connections (-t, -m, -u, --state, --label-add, --label-del)
  -E, --event     what happens from now on (-e NEW,UPDATES,DESTROY)
  -F, --flush     forget all
  -C, --count     how many there are
  -S, --stats     what was counted
  -R, --load-file FILE: what -o save wrote

Tables: conntrack, expect, dying, unconfirmed

Which connections:
  -s, --src  -d, --dst  -r, --reply-src  -q, --reply-dst   ADDRESS[/LEN]
  -p, --proto PROTOCOL, then --sport, --dport, --reply-port-src, --reply-port-dst,
      --state, --icmp-type, --icmp-code, --icmp-id, --srckey, --dstkey
  -f, --family ipv4|ipv6      -u, --status STATUS[,...]    -m, --mark MARK[/MASK]
  -n, --src-nat [ADDRESS]     -g, --dst-nat [ADDRESS]      -j, --any-nat [ADDRESS]
  -w, --zone  --orig-zone  --reply-zone  ZONE              -l, --label LABEL
  --mask-src  --mask-dst  MASK

How they are written: -o extended,id,timestamp,ktimestamp,labels,xml,save

";

/// A line of its own, and the exit code.
fn failed(text: impl core::fmt::Display, code: i32) -> Failure {
    Failure::new(format!("{NAME}: {text}"), code)
}

/// The command line is wrong.
fn misused(text: impl core::fmt::Display) -> Failure {
    let hint = "Try `conntrack -h' or 'conntrack --help' for more information.";
    failed(format_args!("{text}\n{hint}"), 2)
}

/// Runs `conntrack`.
pub fn conntrack(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(code) => code,
        Err(failure) if failure.is_refused() => {
            let why = "Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this";
            let _ = writeln!(cx.err, "{NAME}: {why}");
            1
        }
        Err(failure) => {
            let _ = cx.out.flush();
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}

fn run(cx: &mut Context<'_>) -> Outcome<i32> {
    let words = cx.args.clone();
    let (labels, missing) = Labels::read(&words);
    cx.err.write_all(missing.as_bytes())?;
    let options = arguments::parse(&words, &labels)?;
    cx.err.write_all(options.warnings.as_bytes())?;
    match options.command {
        Command::Load => load(cx, &options, &labels),
        _ => carry_out(cx, &options, &labels),
    }
}

fn carry_out(cx: &mut Context<'_>, options: &Options, labels: &Labels) -> Outcome<i32> {
    let expect = options.table == Table::Expect;
    match options.command {
        Command::Help => {
            cx.out.write_all(USAGE.as_bytes())?;
            Ok(0)
        }
        Command::Version => {
            writeln!(cx.out, "{NAME}")?;
            Ok(0)
        }
        Command::List if expect => list_expectations(cx, options),
        Command::List => list(cx, options, labels),
        Command::Get if !expect => get(cx, options, labels),
        Command::Delete if !expect => change::delete(cx, options, labels),
        Command::Create | Command::Add if !expect => change::create(cx, options, labels),
        Command::Update => change::update(cx, options, labels),
        Command::Event => events::events(cx, options, labels),
        Command::Flush => flush(cx, expect),
        Command::Count => count(cx, expect),
        Command::Stats => stats(cx),
        Command::Get | Command::Delete | Command::Create | Command::Add | Command::Load => {
            Err(misused("expectations are made by helpers alone here"))
        }
    }
}

/// The namespace, as far as it is asked for.
fn snapshot(cx: &mut Context<'_>, parts: Parts) -> Outcome<Namespace> {
    let mut state = cx.world.snapshot(Some(&cx.ns), parts)?;
    Ok(state.namespaces.remove(&cx.ns).unwrap_or_default())
}

/// What is remembered.
const CONNECTIONS: Parts = Parts {
    connections: true,
    ..Parts::NONE
};

/// The connections that the options pick.
fn picked(cx: &mut Context<'_>, options: &Options) -> Outcome<Vec<Connection>> {
    let all = snapshot(cx, CONNECTIONS)?.connections;
    let picks = |connection: &Connection| select::picks(options, connection);
    Ok(all.into_iter().filter(picks).collect())
}

fn list(cx: &mut Context<'_>, options: &Options, labels: &Labels) -> Outcome<i32> {
    if options.unset {
        return Err(failed("Operation failed: invalid parameters", 1));
    }
    let there = match options.table {
        Table::Conntrack => picked(cx, options)?,
        Table::Expect | Table::Dying | Table::Unconfirmed => Vec::new(),
    };
    let show = Show::new(cx, options, labels);
    let each = there.iter().map(|connection| show.listed(connection));
    let text = show.all("conntrack", each);
    cx.out.write_all(text.as_bytes())?;
    if options.zero {
        let change = ConnectionChange::Zero;
        let ns = cx.ns.clone();
        cx.world.apply(vec![Change::Connections { ns, change }])?;
    }
    shown(cx, there.len(), "flow entries have been shown")
}

/// Says how many there were.
fn shown(cx: &mut Context<'_>, count: usize, what: &str) -> Outcome<i32> {
    cx.out.flush()?;
    writeln!(cx.err, "{NAME}: {count} {what}.")?;
    Ok(0)
}

fn list_expectations(cx: &mut Context<'_>, options: &Options) -> Outcome<i32> {
    let all = snapshot(cx, CONNECTIONS)?.expectations;
    let labels = Labels::default();
    let show = Show::new(cx, options, &labels);
    let now = cx.world.now()?;
    let each = all.iter().map(|one| show.expected(one, now));
    let text = show.all("expect", each);
    cx.out.write_all(text.as_bytes())?;
    shown(cx, all.len(), "expectations have been shown")
}

fn get(cx: &mut Context<'_>, options: &Options, labels: &Labels) -> Outcome<i32> {
    let wanted = change::tuple(options)?;
    if options.src.is_none() {
        return Err(failed("Operation failed: invalid parameters", 1));
    }
    let all = snapshot(cx, CONNECTIONS)?.connections;
    let of_no_zone =
        |c: &Connection| c.zone == 0 && (c.original_zone, c.reply_zone) == (None, None);
    let mut all = all.into_iter();
    let found = all.find(|c| c.original == wanted && of_no_zone(c));
    let missing = "Operation failed: such conntrack doesn't exist";
    let mut found = found.ok_or_else(|| failed(missing, 1))?;
    found.references += 1;
    let other = options
        .state
        .as_ref()
        .is_some_and(|state| found.state.as_ref() != Some(state));
    if other {
        shown(cx, 0, "flow entries have been shown")?;
        return Ok(1);
    }
    let show = Show::new(cx, options, labels);
    let text = format!("{}{}", show.head("conntrack"), show.listed(&found));
    cx.out.write_all(text.as_bytes())?;
    shown(cx, 1, "flow entries have been shown")
}

fn flush(cx: &mut Context<'_>, expect: bool) -> Outcome<i32> {
    let (change, what) = match expect {
        true => (ConnectionChange::FlushExpectations, "expectation"),
        false => (ConnectionChange::Flush(None), "connection tracking"),
    };
    let ns = cx.ns.clone();
    cx.world.apply(vec![Change::Connections { ns, change }])?;
    writeln!(cx.err, "{NAME}: {what} table has been emptied.")?;
    Ok(0)
}

fn count(cx: &mut Context<'_>, expect: bool) -> Outcome<i32> {
    let count = if expect {
        snapshot(cx, CONNECTIONS)?.expectations.len().to_string()
    } else {
        let parts = Parts {
            sysctls: true,
            ..Parts::NONE
        };
        let settings = snapshot(cx, parts)?.sysctls;
        let count = settings.get("net.netfilter.nf_conntrack_count");
        count.map_or_else(|| "0".to_owned(), ToString::to_string)
    };
    writeln!(cx.out, "{count}")?;
    Ok(0)
}

fn stats(cx: &mut Context<'_>) -> Outcome<i32> {
    let parts = Parts {
        counters: true,
        ..Parts::NONE
    };
    let told = snapshot(cx, parts)?.tracked;
    for (cpu, told) in told.iter().enumerate() {
        writeln!(cx.out, "{}", stats_of(cpu, told))?;
    }
    Ok(0)
}

/// What a processor counted, as a line.
fn stats_of(cpu: usize, told: &Statistics) -> String {
    let rows = [
        ("found", told.found),
        ("invalid", told.invalid),
        ("insert", told.insert),
        ("insert_failed", told.insert_failed),
        ("drop", told.drop),
        ("early_drop", told.early_drop),
        ("error", told.error),
        ("search_restart", told.search_restart),
        ("clash_resolve", told.clash_resolve),
        ("chaintoolong", told.chain_too_long),
    ];
    let mut text = format!("cpu={cpu:<4}\t");
    for (name, value) in rows {
        text.push_str(&format!("{name}={value} "));
    }
    text
}

/// Carries out the lines of a file, each a command line.
fn load(cx: &mut Context<'_>, options: &Options, labels: &Labels) -> Outcome<i32> {
    let file = options.file.as_deref().unwrap_or_default();
    let mut text = String::new();
    if file == "-" {
        cx.stdin.read_to_string(&mut text)?;
    } else {
        let unreadable = |_| misused(format_args!("Failed to open file {file} for reading"));
        text = std::fs::read_to_string(file).map_err(unreadable)?;
    }
    // All of it is read before anything is done.
    let mut lines = Vec::new();
    for line in text.lines() {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() || line.starts_with('#') {
            continue;
        }
        let options = arguments::parse(&words, labels)?;
        if let Some(name) = words::not_from_file(&words, &options) {
            let text = format_args!("Cannot use command `{name}' with --load-file");
            return Err(misused(text));
        }
        lines.push(options);
    }
    for options in lines {
        let quiet = Options {
            quiet: true,
            ..options
        };
        carry_out(cx, &quiet, labels)?;
    }
    Ok(0)
}
