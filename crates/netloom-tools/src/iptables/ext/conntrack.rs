//! `conntrack` and `state`: what a packet's connection is like.

use super::super::extension::{Extension, Given, Shown, View};
use crate::ip::words::Outcome;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Conntrack, Not, XtMatch, ct_state};

pub(super) const CONNTRACK: Extension = Extension {
    name: "conntrack",
    options: &[("ctstate", 1)],
    build: conntrack,
    show: show_conntrack,
};

pub(super) const STATE: Extension = Extension {
    name: "state",
    options: &[("state", 1)],
    build: state,
    show: show_state,
};

/// The states in the order in which they are printed.
const STATES: [(u16, &str); 7] = [
    (ct_state::INVALID, "INVALID"),
    (ct_state::NEW, "NEW"),
    (ct_state::RELATED, "RELATED"),
    (ct_state::ESTABLISHED, "ESTABLISHED"),
    (ct_state::UNTRACKED, "UNTRACKED"),
    (ct_state::SNAT, "SNAT"),
    (ct_state::DNAT, "DNAT"),
];

fn states(given: &Given<'_>, words: &str, bad: &str) -> Outcome<u16> {
    let mut bits = 0;
    for word in words.split(',') {
        let found = STATES
            .iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(word));
        let (bit, _) = found.ok_or_else(|| given.problem(&format!("{bad} \"{word}\"")))?;
        bits |= bit;
    }
    Ok(bits)
}

fn names(bits: u16) -> String {
    let set = STATES.iter().filter(|(bit, _)| bits & bit != 0);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(",")
}

fn conntrack(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let mut conntrack = Conntrack::default();
    if let Some(option) = given.option("ctstate") {
        conntrack.state = Some(Not {
            is: states(given, &option.values[0], "Bad ctstate")?,
            not: option.not,
        });
    }
    if conntrack == Conntrack::default() {
        return Err(given.problem("conntrack: At least one option is required"));
    }
    Ok(vec![Statement::XtMatch(XtMatch::Conntrack(Box::new(
        conntrack,
    )))])
}

fn show_conntrack(view: &View<'_>) -> Option<(usize, Shown)> {
    let Statement::XtMatch(XtMatch::Conntrack(conntrack)) = view.statements.first()? else {
        return None;
    };
    let mut shown = Shown {
        save: "-m conntrack".to_owned(),
        list: String::new(),
    };
    if let Some(state) = conntrack.state {
        let not = if state.not { "! " } else { "" };
        shown.save += &format!(" {not}--ctstate {}", names(state.is));
        shown.list += &format!("{not}ctstate {}", names(state.is));
    }
    Some((1, shown))
}

fn state(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let Some(option) = given.option("state") else {
        return Err(given.problem("state: option \"--state\" must be specified\n"));
    };
    let bits = states(given, &option.values[0], "Bad state")?;
    let not = option.not;
    Ok(vec![Statement::XtMatch(XtMatch::State(Not {
        is: bits,
        not,
    }))])
}

fn show_state(view: &View<'_>) -> Option<(usize, Shown)> {
    let Statement::XtMatch(XtMatch::State(state)) = view.statements.first()? else {
        return None;
    };
    let not = if state.not { "! " } else { "" };
    let shown = Shown {
        save: format!("-m state {not}--state {}", names(state.is)),
        list: format!("{not}state {}", names(state.is)),
    };
    Some((1, shown))
}
