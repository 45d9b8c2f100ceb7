//! `bpf`, `nfacct`, `osf`: a program's answer, what an object counts, whose packets look so.

use super::super::extension::{Extension, Given, Shown, View};
use super::values::{bang, first, mark, one, said};
use crate::ip::words::Outcome;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{BpfInstruction, Not, Osf, XtMatch};

pub(super) const BPF: Extension = Extension {
    name: "bpf",
    options: &[("bytecode", 1), ("object-pinned", 1)],
    build: bpf,
    show: show_bpf,
};

/// How many instructions a program has at most (`XT_BPF_MAX_NUM_INSTR`).
const MOST: usize = 64;

fn bpf(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    given.once("bpf")?;
    if let Some(option) = given.options.iter().find(|option| option.not) {
        let text = format!("bpf: option \"--{}\" cannot be inverted.\n", option.name);
        return Err(given.problem(&text));
    }
    if given.has("object-pinned") {
        return Err(given.problem("bpf: failed to get bpf object"));
    }
    let Some(option) = given.option("bytecode") else {
        return Err(given.problem("bpf: one of --bytecode or --pinned is required"));
    };
    one(XtMatch::Bpf(program(given, option.word())?))
}

/// A program: how many instructions, and each with its four numbers.
fn program(given: &Given<'_>, text: &str) -> Outcome<Vec<BpfInstruction>> {
    let problem = |text: &str| given.problem(&format!("bpf: {text}"));
    let (len, rest) = scan(text).unwrap_or((0, ""));
    let Some(rest) = rest.strip_prefix(',') else {
        return Err(problem("error parsing program length"));
    };
    // Read as a number of 16 bits, whatever is written.
    let len = usize::from(len as u16);
    if len == 0 {
        return Err(problem("illegal zero length program"));
    }
    if len > MOST {
        return Err(problem("number of instructions exceeds maximum"));
    }
    let mut program = Vec::with_capacity(len);
    for (at, words) in rest
        .split(',')
        .filter(|words| !words.is_empty())
        .enumerate()
    {
        if at == len {
            return Err(problem(
                "real program length exceeds the encoded length parameter",
            ));
        }
        let found = instruction(words);
        program.push(found.ok_or_else(|| problem(&format!("error at instr {at}")))?);
    }
    if program.len() < len {
        return Err(problem(
            "parsed program length is less than the encoded length parameter",
        ));
    }
    Ok(program)
}

/// Four numbers, each as wide as its field.
fn instruction(words: &str) -> Option<BpfInstruction> {
    let (code, rest) = scan(words)?;
    let (if_true, rest) = scan(rest)?;
    let (if_false, rest) = scan(rest)?;
    let (constant, _) = scan(rest)?;
    Some(BpfInstruction {
        code: code as u16,
        if_true: if_true as u8,
        if_false: if_false as u8,
        constant: constant as u32,
    })
}

/// A decimal number behind blanks, and what follows it.
fn scan(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let len = digits.bytes().take_while(u8::is_ascii_digit).count();
    let end = text.len() - digits.len() + len;
    let (number, rest) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, rest))
}

fn show_bpf(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Bpf(program) = first(view)? else {
        return None;
    };
    let instructions = program
        .iter()
        .map(|i| format!("{} {} {} {}", i.code, i.if_true, i.if_false, i.constant));
    let words = instructions.collect::<Vec<String>>().join(",");
    said(
        format!("-m bpf --bytecode \"{},{words}\"", program.len()),
        // The end of the text is printed too.
        format!("match bpf {words}\0"),
    )
}

pub(super) const NFACCT: Extension = Extension {
    name: "nfacct",
    options: &[("nfacct-name", 1)],
    build: |given| {
        let name = given.needed("nfacct", "nfacct-name")?.word();
        let kept: String = name.chars().take(NAME).collect();
        one(XtMatch::Nfacct(kept))
    },
    show: |view| match first(view)? {
        XtMatch::Nfacct(name) => said(
            format!("-m nfacct --nfacct-name {name}"),
            format!("nfacct-name  {name}"),
        ),
        _ => None,
    },
};

/// How long the name of an object is at most (`NFACCT_NAME_MAX`), with its end.
const NAME: usize = 31;

pub(super) const OSF: Extension = Extension {
    name: "osf",
    options: &[("genre", 1), ("ttl", 1), ("log", 1)],
    build: |given| {
        let genre = given.needed("osf", "genre")?;
        let level = |name: &str| -> Outcome<Option<u8>> {
            let option = given.option(name);
            let found = option.map(|option| given.uint("osf", option, 2));
            Ok(found.transpose()?.map(|level| level as u8))
        };
        one(XtMatch::Osf(Osf {
            genre: Not {
                is: genre.word().to_owned(),
                not: genre.not,
            },
            ttl: level("ttl")?,
            log: level("log")?,
        }))
    },
    show: |view| match first(view)? {
        XtMatch::Osf(Osf { genre, ttl, log }) => {
            let not = genre.not;
            let mut save = format!("-m osf {}--genre {}", bang(not), genre.is);
            for (option, level) in [("ttl", ttl), ("log", log)] {
                if let Some(level) = level {
                    save += &format!(" --{option} {level}");
                }
            }
            let blank = if not { " " } else { "" };
            let list = format!("OS fingerprint match {}{blank}{}", mark(not), genre.is);
            said(save, list)
        }
        _ => None,
    },
};
