//! Values that are several words with commas between them: bits of a status, forms of output, kinds of
//! events, labels. Words may be cut short, but those of labels.

use super::Reader;
use crate::conntrack::save::STATUS;
use crate::conntrack::words::{bad, begins};
use crate::conntrack::{failed, misused};
use crate::ip::words::Outcome;

impl Reader<'_> {
    pub(super) fn status(&mut self, words: &str) -> Outcome<()> {
        for word in words.split(',') {
            match word {
                "UNSET" => {}
                "SRC_NAT" | "DST_NAT" => {
                    let instead = if word == "SRC_NAT" {
                        "src-nat"
                    } else {
                        "dst-nat"
                    };
                    let warning = format!("WARNING: ignoring {word}, use --{instead} instead\n");
                    self.options.warnings.push_str(&warning);
                }
                _ => {
                    let known = STATUS.iter().find(|(name, _)| begins(word, name));
                    let (_, bit) = known.ok_or_else(|| bad(word))?;
                    self.options.status = Some(self.options.status.unwrap_or(0) | bit);
                }
            }
        }
        self.options.unset = self.options.status.is_none();
        Ok(())
    }

    pub(super) fn output(&mut self, words: &str) -> Outcome<()> {
        const FORMATS: [&str; 8] = [
            "xml",
            "extended",
            "timestamp",
            "id",
            "ktimestamp",
            "labels",
            "userspace",
            "save",
        ];
        let format = &mut self.options.format;
        for word in words.split(',') {
            let known = FORMATS.into_iter().find(|known| begins(word, known));
            match known.ok_or_else(|| bad(word))? {
                "xml" => format.xml = true,
                "extended" => format.extended = true,
                "timestamp" => format.timestamp = true,
                "id" => format.id = true,
                "ktimestamp" => format.ktimestamp = true,
                "labels" => format.labels = true,
                "save" => format.save = true,
                // Which program brought an event about is told in any case.
                _ => {}
            }
            self.formats += 1;
        }
        if format.save && self.formats > 1 {
            let text = "cannot combine save output with any other output type, use -o save only";
            return Err(failed(text, 1));
        }
        Ok(())
    }

    pub(super) fn events(&mut self, words: &str, masks: &mut bool) -> Outcome<()> {
        if !core::mem::replace(masks, true) {
            self.options.events = [false; 3];
        }
        let events = &mut self.options.events;
        for word in words.split(',') {
            match ["ALL", "NEW", "UPDATES", "DESTROY"]
                .iter()
                .position(|known| begins(word, known))
            {
                Some(0) => *events = [true; 3],
                Some(at) => events[at - 1] = true,
                None => return Err(bad(word)),
            }
        }
        Ok(())
    }

    pub(super) fn label(&self, names: &str) -> Outcome<u128> {
        let bit = |name: &str| {
            let unknown = || misused(format_args!("unknown label '{name}'"));
            self.labels.bit(name).ok_or_else(unknown)
        };
        names
            .split(',')
            .try_fold(0, |bits, name| Ok(bits | bit(name)?))
    }
}
