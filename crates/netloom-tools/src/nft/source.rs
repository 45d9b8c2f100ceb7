//! Where words stand, and problems told with that place marked.

use std::fmt::Write as _;

/// The name of a text that nobody wrote: what JSON stands for has no lines to be marked.
pub(super) const INTERNAL: &str = "internal";

/// A text that is read: the command line, a file, or standard input.
#[derive(Debug)]
pub(super) struct Source {
    /// What it is called in front of a problem; none: it is the command line.
    pub(super) name: Option<String>,
    /// What it says.
    pub(super) text: String,
}

/// A part of a source, by bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) source: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Span {
    /// From the beginning of one to the end of another.
    pub(super) fn join(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span {
            to: other.to.max(self.to),
            ..self
        }
    }
}

/// Why a text is refused.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) message: String,
    /// What is wrong.
    pub(super) at: Span,
    /// What it is wrong with.
    pub(super) with: Option<Span>,
    /// Whether it is no sentence of the language at all: nothing that follows is believed.
    pub(super) syntax: bool,
}

/// The result of reading a part.
pub(super) type Read<T> = Result<T, Problem>;

impl Problem {
    /// A sentence that cannot be meant so.
    pub(super) fn new(message: impl Into<String>, at: Span) -> Problem {
        Problem {
            message: message.into(),
            at,
            with: None,
            syntax: false,
        }
    }

    /// What is missing behind the last line is told below that.
    fn at_the_end(&self, source: &Source) -> String {
        let line = source.text.lines().last().unwrap_or_default();
        let place = match &source.name {
            Some(name) => format!("{name}:{}:1-1: ", source.text.lines().count() + 1),
            None => String::new(),
        };
        format!("{place}Error: {}\n{line}\n^\n", self.message)
    }

    /// Writes it as nft does: the sentence, the line, and its place in it.
    pub(super) fn tell(&self, sources: &[Source]) -> String {
        let Some(source) = sources.get(self.at.source) else {
            return format!("Error: {}\n", self.message);
        };
        if source.name.as_deref() == Some(INTERNAL) {
            return format!("{INTERNAL}:0:0-0: Error: {}\n\n", self.message);
        }
        let text = &source.text;
        if self.at.from >= text.len() && text.ends_with('\n') {
            return self.at_the_end(source);
        }
        // What is missing at the end is beyond it, and a place may be inside of a wide letter.
        let within = |at: usize| text.floor_char_boundary(at);
        let begin = text[..within(self.at.from)]
            .rfind('\n')
            .map_or(0, |at| at + 1);
        let line = text[begin..].lines().next().unwrap_or_default();
        let column = |at: usize| text[begin..within(at).max(begin)].chars().count();
        let (from, to) = (column(self.at.from), column(self.at.to));
        let to = to.min(line.chars().count() + 1).max(from + 1);
        let mut told = String::new();
        if let Some(name) = &source.name {
            let number = text[..within(self.at.from)].matches('\n').count() + 1;
            let _ = write!(told, "{name}:{number}:{}-{to}: ", from + 1);
        }
        let mut marks: Vec<char> = vec![' '; to];
        if let Some(with) = self.with
            && (begin..begin + line.len()).contains(&with.from)
        {
            marks.resize(to.max(column(with.to)), ' ');
            marks[column(with.from)..column(with.to)].fill('~');
        }
        marks[from..to].fill('^');
        // A tab before the place keeps it below what it marks.
        for (mark, above) in marks.iter_mut().zip(line.chars()) {
            if *mark == ' ' && above == '\t' {
                *mark = '\t';
            }
        }
        let marks: String = marks.into_iter().collect();
        let _ = writeln!(told, "Error: {}\n{line}\n{marks}", self.message);
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_with_its_place_marked() {
        let sources = [Source {
            name: Some("f".to_owned()),
            text: "add table\n  tcp dprt 80\n".to_owned(),
        }];
        let at = Span {
            source: 0,
            from: 16,
            to: 20,
        };
        assert_eq!(
            Problem::new("no", at).tell(&sources),
            "f:2:7-10: Error: no\n  tcp dprt 80\n      ^^^^\n"
        );
    }
}
