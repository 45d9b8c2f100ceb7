//! `iptables-restore` (iptables-restore(8)): tables from text, each whole or not at all.
//!
//! The words of a table are read first and carried out at its `COMMIT`, so a line with a mistake
//! leaves the table as it was; tables before it are loaded.

use super::arguments::Parsed;
use super::draft::Draft;
use super::tables::Builtin;
use super::{LEGACY, Variant, command, eb, finish};
use crate::Context;
use crate::ip::words::{Failure, Outcome};
use netloom_model::ruleset::{Counter, Policy, TableFamily};

/// What is asked for.
#[derive(Default)]
struct Options {
    counters: bool,
    noflush: bool,
    test: bool,
    verbose: bool,
    table: Option<String>,
    file: Option<String>,
}

/// One line of a table.
enum Line {
    /// A chain with its policy; a chain of somebody's own has none.
    Chain(String, Option<(String, Option<Counter>)>),
    Command(Box<Parsed>),
}

/// A table that is being read.
struct Reading {
    builtin: &'static Builtin,
    lines: Vec<(u32, Line)>,
    /// Whether it is not the one asked for.
    skipped: bool,
}

/// Runs it.
pub(super) fn run(cx: &mut Context<'_>, variant: Variant) -> i32 {
    let done = options(cx, variant).and_then(|options| match options {
        Some(options) => carry_out(cx, variant, &options),
        None => Ok(writeln!(cx.out, "{}", variant.version())?),
    });
    finish(cx, variant, done)
}

/// The options; none where the version is asked for.
fn options(cx: &Context<'_>, variant: Variant) -> Outcome<Option<Options>> {
    let mut options = Options::default();
    let name = variant.name;
    let mut words = cx.args.iter().peekable();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-c" | "--counters" => options.counters = true,
            "-n" | "--noflush" => options.noflush = true,
            "-t" | "--test" => options.test = true,
            "-v" | "--verbose" => options.verbose = true,
            "-V" | "--version" => return Ok(None),
            "-4" | "-6" | "--ipv4" | "--ipv6" => {}
            "-T" | "--table" => options.table = words.next().cloned(),
            "-M" | "--modprobe" | "-W" | "--wait-interval" => drop(words.next()),
            "-w" | "--wait" => {
                words.next_if(|word| word.parse::<u32>().is_ok());
            }
            word if word.starts_with('-') && word.len() > 1 => {
                let text = match word.strip_prefix("--") {
                    Some(_) => format!("{name}: unrecognized option '{word}'"),
                    None => format!("{name}: invalid option -- '{}'", &word[1..]),
                };
                let text = format!("{text}\nTry `{name} -h' for more information.");
                return Err(Failure::new(text, 1));
            }
            word if options.file.is_none() => options.file = Some(word.to_owned()),
            _ => return Err(Failure::new("Unknown arguments found on commandline", 1)),
        }
    }
    Ok(Some(options))
}

fn carry_out(cx: &mut Context<'_>, variant: Variant, options: &Options) -> Outcome<()> {
    let text = match &options.file {
        Some(path) => std::fs::read(path).map_err(|error| {
            let why = crate::ip::os_error(&error);
            Failure::new(format!("Can't open {path}: {why}"), 1)
        })?,
        None => {
            let mut text = Vec::new();
            cx.stdin.read_to_end(&mut text)?;
            text
        }
    };
    let text = String::from_utf8_lossy(&text);
    let mut begun = None;
    let done = tables(cx, variant, options, &text, &mut begun);
    if let (Err(_), LEGACY, Some(builtin)) = (&done, variant.backend, begun) {
        Draft::new(cx, variant, builtin)?; // it was opened by its first line
    }
    done
}

/// Reads the tables of a file and carries each out at its end; tells in `begun` with which it began last.
fn tables(
    cx: &mut Context<'_>,
    variant: Variant,
    options: &Options,
    text: &str,
    begun: &mut Option<&'static Builtin>,
) -> Outcome<()> {
    let mut reading = None;
    let mut number = 0;
    for (at, line) in (1..).zip(text.split_inclusive('\n')) {
        number = at;
        let variant = Variant {
            line: Some(number),
            ..variant
        };
        let bare = line.strip_suffix('\n').unwrap_or(line);
        if bare.is_empty() {
            continue;
        }
        if bare.starts_with('#') {
            if options.verbose {
                writeln!(cx.out, "{bare}")?;
            }
            continue;
        }
        let ended = open_ended(variant) && bare.starts_with('*');
        if let Some(table) = reading.take_if(|_| ended) {
            commit(cx, variant, options, table)?;
        }
        reading = match (reading.take(), bare.as_bytes()[0]) {
            (Some(table), _) if bare == "COMMIT" => {
                commit(cx, variant, options, table)?;
                None
            }
            (None, b'*') => {
                let table = begin(variant, options, bare)?;
                *begun = Some(table.builtin).filter(|_| !table.skipped);
                Some(table)
            }
            (None, _) => {
                let text = format!("{}: line {number} failed", variant.name);
                return Err(Failure::new(text, 1));
            }
            (Some(mut table), _) => {
                if !table.skipped {
                    table.lines.push((number, one(variant, options, line)?));
                }
                Some(table)
            }
        };
    }
    if let Some(table) = reading.take_if(|_| open_ended(variant)) {
        let line = Some(number);
        commit(cx, Variant { line, ..variant }, options, table)?;
    }
    if reading.is_some() {
        let text = format!("{}: COMMIT expected at line {}", variant.name, number + 1);
        return Err(Failure::new(text, 1));
    }
    Ok(())
}

/// Whether a table ends where the next one begins, as where `COMMIT` is.
const fn open_ended(variant: Variant) -> bool {
    matches!(variant.tables, TableFamily::Arp | TableFamily::Bridge)
}

/// `*TABLE`.
fn begin(variant: Variant, options: &Options, line: &str) -> Outcome<Reading> {
    let name = line[1..].trim();
    let Some(builtin) = variant.table(name) else {
        let (me, line) = (variant.name, variant.line.unwrap_or_default());
        return Err(variant.problem(&if variant.backend == LEGACY {
            format!("{me}: unable to initialize table '{name}'")
        } else {
            format!("{me}: line {line} table name '{name}' invalid")
        }));
    };
    Ok(Reading {
        builtin,
        lines: Vec::new(),
        skipped: options.table.as_ref().is_some_and(|wanted| wanted != name),
    })
}

/// A line of a table; with its newline, which an open quote swallows.
fn one(variant: Variant, options: &Options, line: &str) -> Outcome<Line> {
    if let Some(chain) = line.strip_prefix(':') {
        return declared(variant, options, chain);
    }
    let mut rest = line;
    let mut counters = None;
    if let Some(inside) = line.strip_prefix('[') {
        let number = variant.line.unwrap_or_default();
        let Some((pair, behind)) = inside.split_once(']') else {
            return Err(variant.problem(&format!("Bad line {number}: need ]")));
        };
        let need = |what: &str| variant.problem(&format!("Bad line {number}: need {what}"));
        let (packets, bytes) = pair.split_once(':').ok_or_else(|| need("]"))?;
        let wrong = |which| variant.problem(&format!("-c {which} counter not numeric"));
        if options.counters {
            counters = Some(Counter {
                packets: packets.parse().map_err(|_| wrong("packet"))?,
                bytes: bytes.parse().map_err(|_| wrong("byte"))?,
            });
        }
        rest = behind;
    }
    let words = words(rest);
    let mut parsed = variant.parse(&words)?;
    if options.counters {
        parsed.counters = counters.or(parsed.counters);
    }
    if options.verbose {
        parsed.verbose += 1;
    }
    Ok(Line::Command(Box::new(parsed)))
}

/// `:CHAIN POLICY [PACKETS:BYTES]`.
fn declared(variant: Variant, options: &Options, line: &str) -> Outcome<Line> {
    let number = variant.line.unwrap_or_default();
    let mut words = line.split_whitespace();
    let me = variant.name;
    let Some(name) = words.next() else {
        return Err(variant.problem(&format!("{me}: line {number} chain name invalid")));
    };
    if name.len() > 28 {
        return Err(variant.problem(&if variant.backend == LEGACY {
            format!("Invalid chain name `{name}' (28 chars max)")
        } else {
            format!("chain name `{name}' too long (must be under 29 chars)")
        }));
    }
    let Some(policy) = words.next() else {
        return Err(variant.problem(&format!("{me}: line {number} policy invalid")));
    };
    if policy == "-" {
        if variant.backend != LEGACY {
            command::check_name(variant, name)?;
        }
        return Ok(Line::Chain(name.to_owned(), None));
    }
    // What stands behind the digits is passed over, as sscanf(3) does.
    let digits = |word: &str| {
        let end = word.find(|c: char| !c.is_ascii_digit());
        word[..end.unwrap_or(word.len())].parse().ok()
    };
    let counter = words.next().and_then(|word| {
        let (packets, bytes) = word.strip_prefix('[')?.split_once(':')?;
        let (packets, bytes) = (digits(packets)?, digits(bytes)?);
        Some(Counter { packets, bytes })
    });
    if options.counters && counter.is_none() && !open_ended(variant) {
        let text = format!("invalid policy counters for chain '{name}'");
        return Err(variant.problem(&text));
    }
    let counter = counter.filter(|_| options.counters);
    let policy = (policy.to_owned(), counter);
    Ok(Line::Chain(name.to_owned(), Some(policy)))
}

/// Cuts a line into words. A quoted one ends at the next quote; a backslash takes the next letter
/// as it is.
pub(super) fn words(line: &str) -> Vec<String> {
    if !line.contains('"') {
        let words = line.split([' ', '\t', '\n']);
        return (words.filter(|word| !word.is_empty()))
            .map(str::to_owned)
            .collect();
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => word.get_or_insert_default().extend(letters.next()),
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' | '\n' if !quoted => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// Carries a table's lines out.
fn commit(
    cx: &mut Context<'_>,
    variant: Variant,
    options: &Options,
    table: Reading,
) -> Outcome<()> {
    if table.skipped {
        return Ok(());
    }
    let mut draft = Draft::new(cx, variant, table.builtin)?;
    let asks = |line: &Line| match line {
        Line::Command(parsed) => parsed.spec.sets().next().is_some(),
        Line::Chain(..) => false,
    };
    if table.lines.iter().any(|(_, line)| asks(line)) {
        draft.ipsets = super::asked::ipsets(cx)?;
    }
    let mut told = String::new();
    if !options.noflush {
        empty(&mut draft, &table, options.verbose, &mut told)?;
    }
    // Each line goes when it is carried out: there may be very many.
    for (number, line) in table.lines {
        draft.variant.line = Some(number);
        let done = match line {
            Line::Chain(name, policy) => declare(&mut draft, options, &name, policy.as_ref()),
            Line::Command(parsed) if variant.tables == TableFamily::Bridge => {
                eb::perform(&mut draft, &parsed)
            }
            Line::Command(parsed) => command::perform_once(&mut draft, *parsed, &mut told),
        };
        done.map_err(|failure| match failure.code {
            // A mistake in the words is told with the line that the reader has come to.
            2 if variant.backend != LEGACY => Failure {
                text: failure.text.replace(
                    &format!("at line: {number}\n"),
                    &format!("at line: {}\n", variant.line.unwrap_or_default()),
                ),
                ..failure
            },
            _ => failure,
        })?;
    }
    if options.test && variant.backend != LEGACY {
        return Ok(());
    }
    cx.out.write_all(told.as_bytes())?;
    if options.test {
        return Ok(());
    }
    if variant.backend == LEGACY {
        draft.variant.line = variant.line;
    }
    draft.commit(cx)
}

/// Takes everything out of the table that the file does not declare.
fn empty(draft: &mut Draft, table: &Reading, loud: bool, told: &mut String) -> Outcome<()> {
    let declared: std::collections::HashSet<&str> = table
        .lines
        .iter()
        .filter_map(|(_, line)| match line {
            Line::Chain(name, _) => Some(name.as_str()),
            Line::Command(_) => None,
        })
        .collect();
    let chains = command::chains(draft, None)?.into_iter();
    let chains: Vec<(String, bool)> = chains.map(|c| (c.name.clone(), c.base.is_some())).collect();
    let legacy = draft.variant.backend == LEGACY;
    for (name, own) in &chains {
        if loud && (*own || !declared.contains(name.as_str())) {
            *told += &format!("Flushing chain `{name}'\n");
        }
        if legacy {
            draft.flush(name)?;
        }
    }
    for (name, own) in chains {
        if !own && !declared.contains(name.as_str()) {
            if loud {
                *told += &format!("Deleting chain `{name}'\n");
            }
            if legacy {
                draft.del_chain(&name)?;
            }
        }
    }
    if !legacy {
        draft.start_anew();
    }
    Ok(())
}

/// Makes a chain as its declaration says.
fn declare(
    draft: &mut Draft,
    options: &Options,
    name: &str,
    policy: Option<&(String, Option<Counter>)>,
) -> Outcome<()> {
    let variant = draft.variant;
    let Some((policy, counter)) = policy else {
        if !draft.has(name) {
            draft.label("CHAIN_ADD", format!("chain {name}"));
            draft.add_chain(name);
        } else if options.noflush && draft.chain(name).is_ok_and(|c| c.base.is_none()) {
            draft.flush(name)?;
        }
        return Ok(());
    };
    if variant.tables == TableFamily::Bridge {
        return eb::declare(draft, name, policy);
    }
    let policy = match policy.as_str() {
        "ACCEPT" => Policy::Accept,
        "DROP" => Policy::Drop,
        _ if variant.backend == LEGACY => {
            let line = variant.line.unwrap_or_default();
            let why = "Bad policy name";
            let text = format!("Can't set policy `{policy}' on `{name}' line {line}: {why}");
            return Err(Failure::new(format!("{}: {text}", variant.version()), 1));
        }
        _ => return Err(variant.refusal("Bad policy name.")),
    };
    if draft.chain(name).map_or(true, |chain| chain.base.is_none()) {
        return Err(variant.refusal("Bad built-in chain name."));
    }
    draft.label("CHAIN_UPDATE", format!("chain {name}"));
    let counter = counter.unwrap_or_default();
    draft.set_policy(name, policy, Some(counter))
}
