//! Texts in which a table is said twice. iptables-restore(8) carries out what stands between `*TABLE` and
//! `COMMIT` as soon as it comes there, and what follows of the same table takes its place, or with
//! `--noflush` adds to it. For all of it to happen at once, each table is read alone and once; what is not
//! to be read is empty lines, so that lines keep their numbers.

use std::ops::Range;

/// What is read at once.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) text: String,
    /// Whether it happens, or is only held to be without mistakes: what comes later takes its place.
    pub(crate) happens: bool,
}

/// A table from its name to its `COMMIT`.
struct Block<'t> {
    table: &'t str,
    lines: Range<usize>,
}

/// In which parts a text is read: as it is, where no table is said twice. Where nothing is `flushed`, what is
/// said of a table stays; else the policies do, if it is `legacy`.
pub(crate) fn readings(text: &str, flushed: bool, legacy: bool) -> Vec<Reading> {
    let lines: Vec<&str> = text.split_inclusive('\n').map(bare).collect();
    let mut tables: Vec<Vec<Block<'_>>> = Vec::new();
    // What is no such text is refused as a whole.
    for block in blocks(&lines).unwrap_or_default() {
        match tables.iter_mut().find(|of| of[0].table == block.table) {
            Some(of) => of.push(block),
            None => tables.push(vec![block]),
        }
    }
    if tables.iter().all(|of| of.len() == 1) {
        let (text, happens) = (text.to_owned(), true);
        return vec![Reading { text, happens }];
    }
    let of_table = |of: &Vec<Block<'_>>| match flushed {
        true => flushing(&lines, of, legacy),
        false => vec![adding(&lines, of)],
    };
    tables.iter().flat_map(of_table).collect()
}

fn bare(line: &str) -> &str {
    line.strip_suffix('\n').unwrap_or(line)
}

/// The tables of a text; none where one does not end, or something stands around them.
fn blocks<'t>(lines: &[&'t str]) -> Option<Vec<Block<'t>>> {
    let mut all = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    for (at, line) in lines.iter().enumerate() {
        match (open, line.strip_prefix('*')) {
            (None, Some(table)) => open = Some((table.trim(), at)),
            (None, None) if line.is_empty() || line.starts_with('#') => {}
            (Some((table, from)), None) if *line == "COMMIT" => {
                open = None;
                let lines = from..at + 1;
                all.push(Block { table, lines });
            }
            (Some(_), None) => {}
            _ => return None,
        }
    }
    open.is_none().then_some(all)
}

/// The lines that are to be read, each at its place.
fn only(lines: &[&str], read: impl Fn(usize) -> bool) -> String {
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        text += if read(at) { line } else { "" };
        text += "\n";
    }
    text
}

/// What is said of one table, one after the other.
fn adding(lines: &[&str], of: &[Block<'_>]) -> Reading {
    let begin = of.first().map(|first| first.lines.start);
    let end = of.last().map(|last| last.lines.end - 1);
    let inside = |at: usize| {
        let mut around = of.iter().filter(|block| block.lines.contains(&at));
        let edge = |block: &Block<'_>| at == block.lines.start || at + 1 == block.lines.end;
        around.any(|block| !edge(block))
    };
    Reading {
        text: only(lines, |at| {
            Some(at) == begin || Some(at) == end || inside(at)
        }),
        happens: true,
    }
}

/// What is said of one table last; what stands before it is looked at first.
fn flushing(lines: &[&str], of: &[Block<'_>], legacy: bool) -> Vec<Reading> {
    let Some((last, before)) = of.split_last() else {
        return Vec::new();
    };
    let mut all: Vec<Reading> = before
        .iter()
        .map(|block| Reading {
            text: only(lines, |at| block.lines.contains(&at)),
            happens: false,
        })
        .collect();
    let begin = of[0].lines.start;
    let stays = |at: usize| {
        let said = before.iter().any(|block| block.lines.contains(&at));
        at == begin || said && is_policy(lines[at])
    };
    let read = |at: usize| match legacy {
        true => stays(at) || last.lines.contains(&at) && at != last.lines.start,
        false => last.lines.contains(&at),
    };
    all.push(Reading {
        text: only(lines, read),
        happens: true,
    });
    all
}

/// `:CHAIN POLICY`, of a chain of the table's own.
fn is_policy(line: &str) -> bool {
    let mut words = line.split_whitespace();
    line.starts_with(':') && words.nth(1).is_some_and(|policy| policy != "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "*nat\nCOMMIT\n*filter\n:INPUT DROP\n:own -\n-A own\nCOMMIT\n\
                        # again\n*nat\n-A INPUT\nCOMMIT\n*filter\n-A INPUT\nCOMMIT\n";

    /// The lines that are read, by their numbers.
    fn told(flushed: bool, legacy: bool) -> Vec<(Vec<usize>, bool)> {
        let all = readings(TEXT, flushed, legacy).into_iter();
        let numbers = |reading: Reading| {
            let lines = (1..).zip(reading.text.lines());
            let read = lines.filter(|(_, line)| !line.is_empty());
            (read.map(|(number, _)| number).collect(), reading.happens)
        };
        all.map(numbers).collect()
    }

    #[test]
    fn what_is_said_last_takes_the_place_of_what_was_said_before() {
        let nat = [(vec![1, 2], false), (vec![9, 10, 11], true)];
        let before = (vec![3, 4, 5, 6, 7], false);
        let filter = [before.clone(), (vec![12, 13, 14], true)];
        assert_eq!(told(true, false), [&nat[..], &filter].concat());
        let nat = [(vec![1, 2], false), (vec![1, 10, 11], true)];
        let filter = [before, (vec![3, 4, 13, 14], true)];
        assert_eq!(told(true, true), [nat, filter].concat());
    }

    #[test]
    fn what_is_added_is_one_table() {
        let nat = (vec![1, 10, 11], true);
        let filter = (vec![3, 4, 5, 6, 13, 14], true);
        assert_eq!(told(false, false), [nat, filter]);
    }

    #[test]
    fn what_says_no_table_twice_is_read_as_it_is() {
        for text in [
            "",
            "*nat\nCOMMIT\n*filter\nCOMMIT",
            "*nat\n*nat\nCOMMIT\n",
            "*nat\nCOMMIT\n*nat\n",
            "*nat\nCOMMIT\n-A INPUT\n*nat\nCOMMIT\n",
        ] {
            let (text, happens) = (text.to_owned(), true);
            let whole = Reading { text, happens };
            assert_eq!(readings(&whole.text, true, false), [whole]);
        }
    }
}
