//! Making a case that differs as small as it can be: lines are taken out, then words of those that
//! are left, whatever they mean: what is no case any more, or is refused by both sides, is no smaller
//! case. The kernel is asked each time.

use crate::apart::Apart;
use crate::case::{Case, Line};
use crate::fewer::fewer;
use crate::lane::compare;
use crate::transcript::kind;

/// How often the kernel is asked at most.
const MOST: usize = 700;

/// The smallest case found.
pub(crate) fn shrink(apart: &Apart, case: Case) -> Case {
    let mut search = Search {
        apart,
        kind: String::new(),
        left: MOST,
    };
    search.kind = search.kind_of(&case).unwrap_or_default();
    let case = search.fewer_lines(case);
    let case = search.fewer_words(case);
    search.fewer_lines(case)
}

struct Search<'a> {
    apart: &'a Apart,
    /// What differs first: another difference is another case.
    kind: String,
    left: usize,
}

impl Search<'_> {
    fn kind_of(&self, case: &Case) -> Option<String> {
        kind(&compare(self.apart, case, 1).ok()?)
    }

    fn still(&mut self, case: &Case) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.kind_of(case).is_some_and(|kind| kind == self.kind)
    }

    fn fewer_lines(&mut self, case: Case) -> Case {
        let lines = fewer(case.lines, |lines| {
            self.still(&Case {
                lines: lines.to_vec(),
            })
        });
        Case { lines }
    }

    fn fewer_words(&mut self, mut case: Case) -> Case {
        for at in 0..case.lines.len() {
            let text = case.lines[at].to_string();
            let words: Vec<&str> = text.split(' ').collect();
            let with = |words: &[&str]| {
                let line: Line = words.join(" ").parse().ok()?;
                let mut other = case.clone();
                other.lines[at] = line;
                (other.to_string() != case.to_string()).then_some(other)
            };
            let words = fewer(words, |words| {
                with(words).is_some_and(|other| self.still(&other))
            });
            if let Some(other) = with(&words) {
                case = other;
            }
        }
        case
    }
}
