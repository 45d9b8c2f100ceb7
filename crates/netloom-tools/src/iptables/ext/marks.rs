//! `mark`, `connmark`, `MARK`, `CONNMARK`: marks of packets and of connections.

use super::super::extension::{Extension, Given, Shown, View};
use super::super::spec::compare;
use super::values::{bang, first, masked, one, one_target, said, target};
use crate::ip::words::Outcome;
use netloom_model::ruleset::expr::{BitOp, MetaKey, Relation};
use netloom_model::ruleset::xt::{ConnmarkOp, Masked, XtMatch, XtTarget};
use netloom_model::ruleset::{Expr, Statement, Value};

pub(super) const MARK_MATCH: Extension = Extension {
    name: "mark",
    options: &[("mark", 1)],
    build: build_mark,
    show: show_mark,
};

pub(super) const CONNMARK_MATCH: Extension = Extension {
    name: "connmark",
    options: &[("mark", 1)],
    build: |given| {
        let option = given.needed("connmark", "mark")?;
        let found = given.masked("connmark", option)?;
        one(XtMatch::Connmark(option.of(found)))
    },
    show: |view| match first(view)? {
        XtMatch::Connmark(found) => {
            let (not, number) = (bang(found.not), masked(found.is));
            let list = if found.not { " !" } else { " " };
            said(
                format!("-m connmark {not}--mark {number}"),
                format!("connmark match {} {number}", list.trim_start()),
            )
        }
        _ => None,
    },
};

/// A packet's mark has a form in nft's language.
fn build_mark(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let option = given.needed("mark", "mark")?;
    let Masked { value, mask } = given.masked("mark", option)?;
    let meta = Expr::Meta(MetaKey::Mark);
    let left = if mask == u32::MAX {
        meta
    } else {
        Expr::Bits(
            BitOp::And,
            Box::new(meta),
            Box::new(Expr::Value(Value::from(mask))),
        )
    };
    let value = Expr::Value(Value::from(value));
    Ok(vec![compare(left, option.not, value)])
}

fn show_mark(view: &View<'_>) -> Option<(usize, Shown)> {
    let Statement::Match {
        left,
        relation: relation @ (Relation::Eq | Relation::Ne),
        right: Expr::Value(value),
    } = view.statements.first()?
    else {
        return None;
    };
    let mask = match left {
        Expr::Meta(MetaKey::Mark) => u32::MAX,
        Expr::Bits(BitOp::And, left, mask) if **left == Expr::Meta(MetaKey::Mark) => {
            match &**mask {
                Expr::Value(mask) => mask.to_number()? as u32,
                _ => return None,
            }
        }
        _ => return None,
    };
    let value = value.to_number()? as u32;
    let number = masked(Masked { value, mask });
    let not = bang(*relation == Relation::Ne);
    said(
        format!("-m mark {not}--mark {number}"),
        format!("mark match {not}{number}"),
    )
}

/// What is done to a mark: `(mark & !mask) ^ value`.
fn operation(given: &Given<'_>, of: &str) -> Outcome<Option<Masked>> {
    let Some(option) = given.options.iter().find(|option| {
        let names = ["set-mark", "set-xmark", "and-mark", "or-mark", "xor-mark"];
        names.contains(&option.name)
    }) else {
        return Ok(None);
    };
    let Masked { value, mask } = given.masked(of, option)?;
    let (value, mask) = match option.name {
        "set-mark" => (value, mask | value),
        "set-xmark" => (value, mask),
        "and-mark" => (0, !value),
        "or-mark" => (value, value),
        _ => (value, 0),
    };
    Ok(Some(Masked { value, mask }))
}

/// The same in words of `-L`.
fn operation_said(Masked { value, mask }: Masked) -> String {
    if value == 0 {
        format!("and 0x{:x}", !mask)
    } else if value == mask {
        format!("or 0x{value:x}")
    } else if mask == 0 {
        format!("xor 0x{value:x}")
    } else if mask == u32::MAX {
        format!("set 0x{value:x}")
    } else {
        format!("xset 0x{value:x}/0x{mask:x}")
    }
}

pub(super) const MARK: Extension = Extension {
    name: "MARK",
    options: &[
        ("set-mark", 1),
        ("set-xmark", 1),
        ("and-mark", 1),
        ("or-mark", 1),
        ("xor-mark", 1),
    ],
    build: |given| match operation(given, "MARK")? {
        Some(found) => one_target(XtTarget::Mark(found)),
        None => {
            let text = "MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required";
            Err(given.problem(text))
        }
    },
    show: |view| match target(view)? {
        XtTarget::Mark(found) => said(
            format!("--set-xmark 0x{:x}/0x{:x}", found.value, found.mask),
            format!("MARK {}", operation_said(*found)),
        ),
        _ => None,
    },
};

pub(super) const CONNMARK: Extension = Extension {
    name: "CONNMARK",
    options: &[
        ("set-mark", 1),
        ("set-xmark", 1),
        ("and-mark", 1),
        ("or-mark", 1),
        ("xor-mark", 1),
        ("save-mark", 0),
        ("restore-mark", 0),
        ("mask", 1),
        ("ctmask", 1),
        ("nfmask", 1),
    ],
    build: connmark,
    show: show_connmark,
};

fn connmark(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    if let Some(Masked { value, mask }) = operation(given, "CONNMARK")? {
        return one_target(XtTarget::Connmark {
            op: ConnmarkOp::Set,
            ctmask: mask,
            nfmask: u32::MAX,
            value,
        });
    }
    let op = match (given.has("save-mark"), given.has("restore-mark")) {
        (true, false) => ConnmarkOp::Save,
        (false, true) => ConnmarkOp::Restore,
        _ => return Err(given.problem("CONNMARK target: No operation specified")),
    };
    let mask = |name: &str| -> Outcome<Option<u32>> {
        let option = given.option(name);
        let found = option.map(|o| given.uint("CONNMARK", o, u64::from(u32::MAX)));
        Ok(found.transpose()?.map(|mask| mask as u32))
    };
    let both = mask("mask")?;
    one_target(XtTarget::Connmark {
        op,
        ctmask: mask("ctmask")?.or(both).unwrap_or(u32::MAX),
        nfmask: mask("nfmask")?.or(both).unwrap_or(u32::MAX),
        value: 0,
    })
}

fn show_connmark(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtTarget::Connmark {
        op,
        ctmask,
        nfmask,
        value,
    } = *target(view)?
    else {
        return None;
    };
    let word = match op {
        ConnmarkOp::Set => {
            let found = Masked {
                value,
                mask: ctmask,
            };
            return said(
                format!("--set-xmark 0x{value:x}/0x{ctmask:x}"),
                format!("CONNMARK {}", operation_said(found)),
            );
        }
        ConnmarkOp::Save => "save",
        ConnmarkOp::Restore => "restore",
    };
    let mut list = format!("CONNMARK {word}");
    if nfmask == ctmask && ctmask != u32::MAX {
        list += &format!(" mask 0x{ctmask:x}");
    } else if nfmask != ctmask {
        list += &match op {
            ConnmarkOp::Save => format!(" nfmask 0x{nfmask:x} ctmask ~0x{ctmask:x}"),
            _ => format!(" ctmask 0x{ctmask:x} nfmask ~0x{nfmask:x}"),
        };
    }
    let save = format!("--{word}-mark --nfmask 0x{nfmask:x} --ctmask 0x{ctmask:x}");
    said(save, list)
}
