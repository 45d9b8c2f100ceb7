//! `nft`: rules in the language of nft(8), as nftables 1.0.6 reads and lists them.
//!
//! A text is taken apart (`lexer`), read into steps of one transaction (`command`, `existing`,
//! `chain`, `rule`, `expr`) and carried out whole or not at all (`transaction`); `list` and `print`
//! write what is there. What the language has beside is refused with its place.

mod chain;
mod command;
mod constant;
mod datatype;
mod element;
mod existing;
mod expr;
mod fold;
mod hint;
mod implied;
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
mod rule;
mod set;
mod source;
mod statement;
mod steer;
mod told;
mod transaction;
mod words;
mod xt;

use crate::Context;
use crate::ip::words::{Failure, Outcome};
use netloom_model::Change;
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::ruleset::{Ruleset, Table};
use netloom_model::state::Parts;
use parser::{Command, Parser, Step};
use print::Style;
pub(crate) use print::show_verdict;
use source::{Problem, Source};
use std::collections::HashMap;
pub use told::{data_words, element_words, key_words, words};

/// What is asked for on the command line.
#[derive(Debug, Default)]
struct Arguments {
    options: list::Options,
    check: bool,
    echo: bool,
    file: Option<String>,
    words: Vec<String>,
}

/// Runs `nft`.
pub fn nft(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(()) => 0,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}

fn run(cx: &mut Context<'_>) -> Outcome<()> {
    let Some(arguments) = arguments(cx)? else {
        return Ok(());
    };
    if let Some(("monitor", rest)) = arguments
        .words
        .split_first()
        .map(|(first, rest)| (first.as_str(), rest))
    {
        return monitor::run(cx, rest);
    }
    let mut source = source(cx, &arguments)?;
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
    let tokens = lexer::tokens(&sources[0], 0);
    let mut parser = Parser {
        sources: &mut sources,
        tokens,
        at: 0,
        ruleset: &ruleset,
        devices: &devices,
        defines: HashMap::new(),
        problems: Vec::new(),
        commands: Vec::new(),
        family: netloom_model::ruleset::TableFamily::Ip,
        chain: None,
        said: Vec::new(),
        places: Vec::new(),
        whole: Vec::new(),
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
            Command::Get(get) => {
                let text = query::get(&get, &ruleset, &devices, options);
                cx.out.write_all(text.map_err(problem)?.as_bytes())?;
            }
        }
    }
    if arguments.check {
        return transaction::check(cx, &steps, &ruleset).map_err(told);
    }
    transaction::carry_out(cx, &steps, &ruleset).map_err(told)?;
    if arguments.echo {
        echo(cx, &steps, &ruleset, &arguments)?;
    }
    Ok(())
}

/// Options and words; none: everything was said already.
fn arguments(cx: &mut Context<'_>) -> Outcome<Option<Arguments>> {
    let mut found = Arguments::default();
    let mut words = cx.args.clone().into_iter();
    while let Some(word) = words.next() {
        if !found.words.is_empty() || !word.starts_with('-') || word.len() < 2 {
            found.words.push(word);
            continue;
        }
        let letters: Vec<char> = match word.as_str() {
            "--version" => vec!['v'],
            "--help" => vec!['h'],
            "--file" => vec!['f'],
            "--check" => vec!['c'],
            "--echo" => vec!['e'],
            "--handle" => vec!['a'],
            "--numeric" => vec!['n'],
            "--stateless" => vec!['s'],
            "--terse" => vec!['t'],
            "--numeric-priority" => vec!['y'],
            "--service" => vec!['S'],
            "--reversedns" => vec!['N'],
            "--guid" => vec!['u'],
            "--numeric-protocol" => vec!['p'],
            "--numeric-time" => vec!['T'],
            "--json" => vec!['j'],
            "--optimize" => vec!['o'],
            "--debug" => vec!['d'],
            "--interactive" => vec!['i'],
            "--includepath" => vec!['I'],
            "--define" => vec!['D'],
            long if long.starts_with("--") => {
                let text = format!("nft: unrecognized option '{long}'");
                return Err(Failure::new(text, 1));
            }
            short => short.chars().skip(1).collect(),
        };
        for letter in letters {
            match letter {
                'v' => {
                    writeln!(cx.out, "nftables v1.0.6 (Lester Gooch #5)")?;
                    return Ok(None);
                }
                'h' => {
                    help(cx)?;
                    return Ok(None);
                }
                'f' => found.file = words.next(),
                'c' => found.check = true,
                'e' => found.echo = true,
                'a' => found.options.handles = true,
                'n' => found.options.numeric = true,
                's' => found.options.stateless = true,
                't' => found.options.terse = true,
                'y' => found.options.priorities = true,
                'j' => found.options.json = true,
                'p' | 'S' | 'N' | 'u' | 'T' | 'o' => {}
                other => {
                    let text = format!("nft: invalid option -- '{other}'");
                    return Err(Failure::new(text, 1));
                }
            }
        }
    }
    Ok(Some(found))
}

fn help(cx: &mut Context<'_>) -> Outcome<()> {
    write!(
        cx.out,
        "Usage: nft [OPTIONS] [COMMAND ...]\n\n\
         -f, --file FILE    reads commands from a file, - is standard input\n\
         -c, --check        changes nothing\n\
         -e, --echo         tells what was added\n\
         -a, --handle       lists handles\n\
         -n, --numeric      lists numbers in the place of names\n\
         -s, --stateless    lists nothing that was counted\n\
         -t, --terse        lists no elements of sets\n\
         -v, --version      tells the version\n"
    )?;
    Ok(())
}

/// The text that is to be read.
fn source(cx: &mut Context<'_>, arguments: &Arguments) -> Outcome<Source> {
    let Some(file) = &arguments.file else {
        if arguments.words.is_empty() {
            return Err(Failure::new("nft: no command specified", 1));
        }
        return Ok(Source {
            name: None,
            text: arguments.words.join(" ") + "\n",
        });
    };
    if file == "-" {
        let mut text = String::new();
        cx.stdin.read_to_string(&mut text)?;
        return Ok(Source {
            name: Some("/dev/stdin".to_owned()),
            text,
        });
    }
    let text = std::fs::read_to_string(file).map_err(|_| {
        let why = "No such file or directory";
        let text = format!("internal:0:0-0: Error: Could not open file \"{file}\": {why}\n\n");
        Failure::new(text, 1)
    })?;
    Ok(Source {
        name: Some(file.clone()),
        text,
    })
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

/// Tells which rules were added (`-e`).
fn echo(
    cx: &mut Context<'_>,
    steps: &[Step],
    before: &Ruleset,
    arguments: &Arguments,
) -> Outcome<()> {
    let (after, devices) = snapshot(cx)?;
    let options = arguments.options;
    for step in steps {
        let (Some(verb), RulesetChange::AddRule { chain, rule, .. }) = (step.echo, &step.change)
        else {
            continue;
        };
        let old = |handle: u64| {
            let table = before.table(&chain.table).map(rule_handles);
            table.is_some_and(|handles| handles.contains(&handle))
        };
        let rules = after
            .table(&chain.table)
            .and_then(|t| t.chain(&chain.chain));
        let added = rules
            .iter()
            .flat_map(|c| &c.rules)
            .find(|other| !old(other.handle) && other.statements == rule.statements);
        let style = Style {
            numeric: options.numeric,
            handles: options.handles,
            stateless: options.stateless,
            devices: &devices,
            family: chain.table.family,
            sets: after.table(&chain.table).map_or(&[], |table| &table.sets),
            now: options.now,
        };
        writeln!(
            cx.out,
            "{verb} rule {} {} {} {}",
            chain.table.family.name(),
            chain.table.name,
            chain.chain,
            style.rule(added.unwrap_or(rule))
        )?;
    }
    let process = std::process::id();
    let generation = after.generation;
    writeln!(
        cx.out,
        "# new generation {generation} by process {process} (nft)"
    )?;
    Ok(())
}

/// The handles of a table's rules.
fn rule_handles(table: &Table) -> Vec<u64> {
    let rules = table.chains.iter().flat_map(|chain| &chain.rules);
    rules.map(|rule| rule.handle).collect()
}
