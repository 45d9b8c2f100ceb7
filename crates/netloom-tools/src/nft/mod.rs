//! `nft`: rules in the language of nft(8), as nftables 1.0.6 reads and lists them.
//!
//! A text is taken apart (`lexer`), read into steps of one transaction (`command`, `existing`,
//! `chain`, `rule`, `expr`) and carried out whole or not at all (`transaction`); `list` and `print`
//! write what is there. What the language has beside is refused with its place.

mod arguments;
mod chain;
mod command;
mod constant;
mod datatype;
mod describe;
mod element;
mod event;
mod existing;
mod expr;
mod fold;
mod hint;
mod implied;
mod include;
mod insertion;
mod json;
mod lexer;
mod list;
mod merge;
mod moment;
mod monitor;
mod normal;
mod object;
mod option;
mod parser;
mod primary;
mod print;
mod query;
mod refuse;
mod rule;
mod set;
mod source;
mod statement;
mod steer;
mod told;
mod trace;
mod transaction;
mod update;
mod words;
mod xt;

use crate::Context;
use crate::ip::words::{Failure, Outcome};
use arguments::Arguments;
use netloom_model::Change;
use netloom_model::notice::About;
use netloom_model::ruleset::Ruleset;
use netloom_model::socket::{SocketId, SocketKind};
use netloom_model::state::Parts;
use parser::{Command, Parser, Step};
pub(crate) use print::show_verdict;
use source::{Problem, Source};
use std::collections::HashMap;
pub use told::{data_words, element_words, key_words, words};

/// Runs `nft`.
pub fn nft(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(()) => 0,
        Err(failure) if failure.is_refused() => {
            let _ = cx.err.write_all(REFUSED.as_bytes());
            1
        }
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}

/// What is said where the ruleset may not be read.
const REFUSED: &str = "Operation not permitted (you must be root)
netlink: Error: cache initialization failed: Operation not permitted
";

fn run(cx: &mut Context<'_>) -> Outcome<()> {
    let Some(arguments) = arguments::arguments(cx)? else {
        return Ok(());
    };
    if let Some(("monitor", rest)) = arguments
        .words
        .split_first()
        .map(|(first, rest)| (first.as_str(), rest))
    {
        return monitor::run(cx, rest, arguments.options);
    }
    if !arguments.interactive {
        let source = arguments::source(cx, &arguments)?;
        return carry_out(cx, source, &arguments);
    }
    let mut lines = String::new();
    cx.stdin.read_to_string(&mut lines)?;
    for line in lines.lines() {
        if matches!(line.trim(), "quit" | "exit") {
            break;
        }
        let source = Source {
            name: None,
            text: format!("{line}\n"),
        };
        // What is wrong with one line is no reason not to read the next.
        if let Err(failure) = carry_out(cx, source, &arguments) {
            write!(cx.err, "{}", failure.text)?;
        }
    }
    Ok(())
}

/// Reads a text and does what it says.
fn carry_out(cx: &mut Context<'_>, mut source: Source, arguments: &Arguments) -> Outcome<()> {
    // A document of JSON is read by the words that it stands for; other words are read as they are.
    if arguments.options.json && source.text.trim_start().starts_with('{') {
        source.text = json::commands(&source.text).map_err(|problem| {
            let text = format!("internal:0:0-0: Error: {problem}\n\n");
            Failure { text, code: 1 }
        })?;
        source.name = Some(source::INTERNAL.to_owned());
    }
    let (ruleset, devices) = snapshot(cx)?;
    let mut sources = vec![source];
    let mut defines = HashMap::new();
    for (name, value) in &arguments.defines {
        let number = sources.len();
        sources.push(Source {
            name: Some(source::INTERNAL.to_owned()),
            text: value.clone(),
        });
        let mut tokens = lexer::tokens(&sources[number], number);
        tokens.pop();
        defines.insert(name.clone(), tokens);
    }
    let tokens = lexer::tokens(&sources[0], 0);
    let mut parser = Parser {
        sources: &mut sources,
        tokens,
        at: 0,
        ruleset: &ruleset,
        devices: &devices,
        defines,
        includes: &arguments.includes,
        problems: Vec::new(),
        commands: Vec::new(),
        family: netloom_model::ruleset::TableFamily::Ip,
        chain: None,
        said: Vec::new(),
        places: Vec::new(),
        whole: Vec::new(),
        read: Vec::new(),
        meters: Vec::new(),
        command_at: 0,
        table_at: source::Span::default(),
        name_at: source::Span::default(),
        range_at: None,
        compared: source::Span::default(),
        depth: 0,
    };
    parser.all();
    let Parser {
        mut problems,
        commands,
        ..
    } = parser;
    if problems.iter().any(|problem| problem.syntax) {
        problems.retain(|problem| problem.syntax);
    }
    if !problems.is_empty() {
        let told: String = problems.iter().map(|p| p.tell(&sources)).collect();
        return Err(Failure {
            text: told,
            code: 1,
        });
    }
    let problem = |problem: Problem| Failure {
        text: problem.tell(&sources),
        code: 1,
    };
    let told = |problems: Vec<Problem>| Failure {
        text: problems.iter().map(|p| p.tell(&sources)).collect(),
        code: 1,
    };
    let options = list::Options {
        now: cx.world.now()?,
        ..arguments.options
    };
    let mut steps: Vec<Step> = Vec::new();
    for command in commands {
        match command {
            Command::Change(step) => steps.push(*step),
            Command::List(what) => {
                let text = list::list(&what, &ruleset, &devices, options);
                cx.out.write_all(text.map_err(problem)?.as_bytes())?;
            }
            Command::Reset(what, at) => {
                let text = list::list(&what, &ruleset, &devices, options);
                // Of one that is missing the kernel says so, of the whole line.
                let text = text.map_err(|missing| match &what.name {
                    Some((_, name)) if *name == missing.at => {
                        problem(Problem::new(hint::KERNEL, at))
                    }
                    _ => problem(missing),
                });
                cx.out.write_all(text?.as_bytes())?;
                let changes = query::reset(&what, &ruleset).map_err(problem)?;
                let ns = cx.ns.clone();
                cx.world.apply(vec![Change::Ruleset { ns, changes }])?;
            }
            Command::Describe(text) => write!(cx.out, "{text}")?,
            Command::Get(get) => {
                let text = query::get(&get, &ruleset, &devices, options);
                cx.out.write_all(text.map_err(problem)?.as_bytes())?;
            }
        }
    }
    if arguments.check {
        return transaction::check(cx, &steps, &ruleset).map_err(told);
    }
    let listener = match arguments.echo && !steps.is_empty() {
        true => Some(cx.world.open(&cx.ns, SocketKind::Monitor)?),
        false => None,
    };
    transaction::carry_out(cx, &steps, &ruleset).map_err(told)?;
    if let Some(socket) = listener {
        echo(cx, socket, ruleset, &devices, options)?;
    }
    Ok(())
}

/// The rules as they are, and the devices.
fn snapshot(cx: &mut Context<'_>) -> Outcome<(Ruleset, Vec<(u32, String)>)> {
    let parts = Parts {
        ruleset: true,
        links: true,
        ..Parts::NONE
    };
    let ns = crate::ip::words::namespace(cx, parts)?;
    let devices = ns.links.iter().map(|l| (l.index, l.name.clone()));
    let devices = devices.collect();
    Ok((ns.ruleset, devices))
}

/// Tells what was added, as it was told to who listened (`-e`).
fn echo(
    cx: &mut Context<'_>,
    socket: SocketId,
    known: Ruleset,
    devices: &[(u32, String)],
    options: list::Options,
) -> Outcome<()> {
    let mut teller = event::Teller {
        known,
        devices,
        options,
    };
    let (mut lines, mut generation) = (Vec::new(), None);
    let until = cx.world.now()?;
    while let Some(notice) = cx.world.next_notice(socket, until)? {
        if let About::Ruleset(events) = &notice.about {
            let told = event::of_echo(events).map(|event| teller.tell(event, notice.at));
            lines.extend(told);
            generation = Some(events.generation);
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    if options.json {
        let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
        let all = lines.join(", ");
        return Ok(writeln!(cx.out, "{{\"nftables\": [{all}]}}")?);
    }
    cx.out.write_all(lines.concat().as_bytes())?;
    if let Some(generation) = generation {
        let process = std::process::id();
        writeln!(
            cx.out,
            "# new generation {generation} by process {process} (nft)"
        )?;
    }
    Ok(())
}
