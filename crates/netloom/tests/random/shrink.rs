//! Making a case that differs as small as it can be: lines are taken out, then what is drawn of a
//! probe. The kernel is asked each time.

use crate::apart::Apart;
use crate::case::{Case, Line};
use crate::fewer::fewer;
use crate::lane::compare;
use crate::transcript::kind;
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
        kind(&told)
    }

    fn still(&mut self, case: &Case) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.kind_of(case).is_some_and(|kind| kind == self.kind)
    }

    fn fewer_lines(&mut self, case: Case) -> Case {
        let still = |lines: &[Line]| {
            self.still(&Case {
                lines: lines.to_vec(),
            })
        };
        let lines = fewer(case.lines, still);
        Case { lines }
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
