//! The log of the machine's kernel, which all namespaces share (syslog(2)). Of what their rules log,
//! `net.netfilter.nf_log_all_netns` has it be told for all of them or for the first alone.

use netloom_model::kernel_log::LogLine;
use netloom_model::{NsName, Time};
use std::collections::VecDeque;
use std::sync::Arc;

/// How many lines are kept; the oldest go.
const MOST: usize = 8192;

/// The kernel's log.
#[derive(Clone, Debug)]
pub(crate) struct KernelLog {
    lines: VecDeque<Arc<LogLine>>,
    /// The number that the next line gets.
    next: u64,
    /// The first line that was not cleared (`dmesg -C`).
    cleared: u64,
    /// Rules of all namespaces are told of. On Linux that is off at first; here who writes a rule in a
    /// namespace is to see what it says.
    pub(crate) all_namespaces: bool,
}

impl Default for KernelLog {
    fn default() -> KernelLog {
        KernelLog {
            lines: VecDeque::new(),
            next: 0,
            cleared: 0,
            all_namespaces: true,
        }
    }
}

impl KernelLog {
    /// Whether what rules of a namespace log is told.
    pub(crate) fn tells_of(&self, ns: &NsName) -> bool {
        self.all_namespaces || ns.is_first()
    }

    /// Writes a line.
    pub(crate) fn write(&mut self, at: Time, level: u8, text: String) {
        if self.lines.len() >= MOST {
            self.lines.pop_front();
        }
        self.lines.push_back(Arc::new(LogLine {
            number: self.next,
            at,
            level,
            text,
        }));
        self.next += 1;
    }

    /// The lines from a number on; from none: those that were not cleared.
    pub(crate) fn from(&self, number: Option<u64>) -> Vec<LogLine> {
        let first = number.unwrap_or(self.cleared);
        let lines = self.lines.iter().filter(|line| line.number >= first);
        lines.map(|line| LogLine::clone(line)).collect()
    }

    /// What is there now is not told any more to who does not ask by number.
    pub(crate) fn clear(&mut self) {
        self.cleared = self.next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cleared_is_told_by_its_number_alone_and_the_oldest_goes() {
        let mut log = KernelLog::default();
        for number in 0..=MOST {
            log.write(Time(number as u64), 4, format!("line {number}"));
        }
        assert_eq!(log.from(None).first().map(|line| line.number), Some(1));
        log.clear();
        log.write(Time(0), 4, "new".to_owned());
        let texts: Vec<String> = log.from(None).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["new"]);
        assert_eq!(log.from(Some(8000)).len(), 194);
    }
}
