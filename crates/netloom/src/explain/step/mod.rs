//! `--step`: a journey played one decision at a time, and beside each the state that it read, as
//! the familiar commands show it.

mod lesson;
mod screen;
mod shown;

use super::{lookup, packet, text};
use netloom_model::journey::{Event, Journey, Step};
use serde_json::{Value, json};
use shown::Shown;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Read, Write};
use std::ops::RangeInclusive;

/// Plays these steps of a journey, counted from 1, and how it ended: a page at a time where somebody sits at a terminal, else one after the other.
pub(super) fn play(
    input: &mut dyn Read,
    out: &mut dyn Write,
    journey: &Journey,
    steps: &RangeInclusive<usize>,
    ending: &str,
) -> io::Result<()> {
    let mut pages = pages(journey);
    let all = pages.len();
    pages.retain(|page| steps.contains(&page.number.0));
    let ending = if *steps.end() < all { "" } else { ending };
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return screen::play(input, out, &pages, ending);
    }
    for page in &pages {
        writeln!(out, "{}", crate::shell::shown(&page.plain()))?;
    }
    out.write_all(ending.as_bytes())
}

/// What a step read, for programs.
pub(super) fn json(step: &Step) -> Value {
    let shown = shown::by(step);
    let shown = shown.iter().map(|shown| {
        let lines = shown.lines.iter();
        let lines = lines.map(|(matched, line)| json!({ "text": line, "matched": matched }));
        json!({ "command": shown.command, "lines": lines.collect::<Vec<_>>() })
    });
    shown.collect()
}

/// One step, ready to be shown.
struct Page {
    /// Its number, from 1, and how many there are.
    number: (usize, usize),
    /// Where it happens.
    place: String,
    /// Which packet takes it.
    packet: String,
    /// The kernel function that does it on Linux, and what that does.
    function: (&'static str, &'static str),
    /// What was decided.
    decision: String,
    /// What sets and maps answered.
    answers: Vec<String>,
    /// Why Linux does so, where that is worth knowing.
    lesson: &'static str,
    /// The packet's headers, where they are new or changed.
    headers: Vec<String>,
    /// What was read.
    shown: Vec<Shown>,
}

fn pages(journey: &Journey) -> Vec<Page> {
    let mut taught = Vec::new();
    let mut pages: Vec<Page> = Vec::new();
    for (at, step) in journey.steps.iter().enumerate() {
        let before = pages.last().filter(|_| {
            let before = &journey.steps[at - 1];
            (before.packet, &before.ns) == (step.packet, &step.ns)
        });
        // What the same packet met a moment ago need not be read again.
        let mut shown = shown::by(step);
        shown.retain(|new| before.is_none_or(|page| !page.shown.contains(new)));
        let first = !taught.contains(&step.stage);
        taught.push(step.stage);
        let origin = journey.packets.iter().find(|p| p.id == step.packet);
        let head = step.head.as_ref().or(origin.map(|p| &p.head));
        let described = head.map_or_else(String::new, packet::describe);
        pages.push(Page {
            number: (at + 1, journey.steps.len()),
            place: text::place(step),
            packet: text::heading(journey, step.packet) + &described,
            function: (step.stage.function(), step.stage.does()),
            decision: text::sentence(step),
            answers: match &step.event {
                Event::Rules(trace) => lookup::told(trace),
                _ => Vec::new(),
            },
            lesson: if first { lesson::of(step.stage) } else { "" },
            headers: step.head.as_ref().map_or_else(Vec::new, packet::headers),
            shown,
        });
    }
    pages
}

impl Page {
    /// The page as text.
    fn plain(&self) -> String {
        let (number, of) = self.number;
        let mut page = format!("step {number} of {of}: {}\n", self.place);
        for line in self.lines() {
            let _ = writeln!(page, "{}", line.plain());
        }
        page
    }

    fn lines(&self) -> Vec<Line> {
        let (function, does) = self.function;
        let mut lines = vec![
            Line::Quiet(self.packet.clone()),
            Line::Quiet(format!("{function}(): {does}")),
            Line::Decision(self.decision.clone()),
        ];
        let answers = self.answers.iter().map(|line| format!("  {line}"));
        lines.extend(answers.map(Line::Quiet));
        let lesson = wrapped(self.lesson, 92);
        lines.extend(lesson.into_iter().map(Line::Lesson));
        lines.extend(self.headers.iter().cloned().map(Line::Quiet));
        for shown in &self.shown {
            lines.push(Line::Command(shown.command.clone()));
            for (matched, line) in &shown.lines {
                lines.push(Line::Read(*matched, line.clone()));
            }
        }
        lines
    }
}

/// A line of a page, by what it is.
enum Line {
    Quiet(String),
    Decision(String),
    Lesson(String),
    Command(String),
    /// What a command prints; `true`: this is what decided.
    Read(bool, String),
}

impl Line {
    fn plain(&self) -> String {
        match self {
            Line::Quiet(text) => format!("    {text}"),
            Line::Decision(text) => format!("  * {text}"),
            Line::Lesson(text) => format!("    | {text}"),
            Line::Command(text) => format!("    $ {text}"),
            Line::Read(true, text) => format!("    > {text}"),
            Line::Read(false, text) => format!("      {text}").trim_end().to_owned(),
        }
    }
}

/// Words in lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
