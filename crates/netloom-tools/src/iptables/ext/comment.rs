//! `comment`: a note.

use super::super::extension::{Extension, Given, Shown, View};
use super::super::show::quoted;
use crate::ip::words::Outcome;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::XtMatch;

pub(super) const COMMENT: Extension = Extension {
    name: "comment",
    options: &[("comment", 1)],
    build,
    show,
};

/// The longest note.
const LONGEST: usize = 255;

fn build(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let Some(option) = given.option("comment") else {
        return Err(given.problem("comment: option \"--comment\" must be specified\n"));
    };
    // What is longer is cut.
    let mut text = option.values[0].clone();
    text.truncate(text.floor_char_boundary(LONGEST));
    Ok(vec![Statement::XtMatch(XtMatch::Comment(text))])
}

fn show(view: &View<'_>) -> Option<(usize, Shown)> {
    let Statement::XtMatch(XtMatch::Comment(text)) = view.statements.first()? else {
        return None;
    };
    let shown = Shown {
        save: format!("-m comment --comment {}", quoted(text)),
        list: format!("/* {text} */"),
    };
    Some((1, shown))
}
