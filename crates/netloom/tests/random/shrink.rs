//! Making a case that differs as small as it can be: lines are taken out, many at first (Zeller and
//! Hildebrandt, "Simplifying and isolating failure-inducing input", 2002), then what is drawn of a
//! probe. The kernel is asked each time.

use crate::case::{Case, Line};
use crate::kernel::Apart;
use crate::lane::compare;
use core::time::Duration;

/// How long the kernel may take while a case is made smaller.
const PATIENCE: Duration = Duration::from_millis(400);
/// How often the kernel is asked at most.
const MOST: usize = 250;

/// The smallest case found.
pub(crate) fn shrink(apart: &Apart, case: Case) -> Case {
    let mut search = Search {
        apart,
        kind: String::new(),
        left: MOST,
    };
    search.kind = search.kind_of(&case).unwrap_or_default();
    let case = search.fewer_lines(case);
    let case = search.plainer_probes(case);
    search.fewer_lines(case)
}

struct Search<'a> {
    apart: &'a Apart,
    /// What differs first: another difference is another case.
    kind: String,
    left: usize,
}

impl Search<'_> {
    /// What differs first, without names and numbers.
    fn kind_of(&self, case: &Case) -> Option<String> {
        let told = compare(self.apart, case, PATIENCE);
        let mut lines = told.lines();
        let about = lines.next()?.split(' ').next()?.to_owned();
        // Whose addresses and devices these are does not matter.
        let detail = lines.next().unwrap_or_default();
        let plain = |word: &&str| !word.contains(|c: char| c.is_ascii_digit() || c == ':');
        let detail: Vec<&str> = detail.split_whitespace().filter(plain).collect();
        let side = told
            .lines()
            .nth(1)
            .and_then(|l| l.split_whitespace().next());
        Some(format!(
            "{about} {} {}",
            side.unwrap_or_default(),
            detail.join(" ")
        ))
    }

    fn still(&mut self, case: &Case) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.kind_of(case).is_some_and(|kind| kind == self.kind)
    }

    fn fewer_lines(&mut self, mut case: Case) -> Case {
        let mut size = case.lines.len().div_ceil(2);
        while size > 0 {
            let mut at = case.lines.len();
            while at > 0 {
                let from = at.saturating_sub(size);
                let mut fewer = case.clone();
                fewer.lines.drain(from..at);
                if self.still(&fewer) {
                    case = fewer;
                }
                at = from.min(case.lines.len());
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
        case
    }

    fn plainer_probes(&mut self, mut case: Case) -> Case {
        for at in 0..case.lines.len() {
            for plainer in 0..7 {
                let mut other = case.clone();
                let Line::Probe(probe) = &mut other.lines[at] else {
                    break;
                };
                match plainer {
                    0 => probe.size = 56,
                    1 => probe.ttl = None,
                    2 => probe.pmtu = None,
                    3 => probe.from = None,
                    4 => probe.dev = None,
                    5 => probe.mark = None,
                    _ => probe.tos = None,
                }
                if other != case && self.still(&other) {
                    case = other;
                }
            }
        }
        case
    }
}
