//! The words of a line, and where each stands.

/// A word and its column, from 1; a comma is a word of its own.
pub(super) type Word<'t> = (usize, &'t str);

/// Where something is wrong, and what.
pub(super) type Result<T, E = (usize, String)> = std::result::Result<T, E>;

pub(super) fn split(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut begin = None;
    let ends = line.char_indices().chain([(line.len(), ' ')]);
    for (column, (at, c)) in ends.enumerate() {
        if c == '#' && begin.is_none() {
            break;
        }
        if !c.is_whitespace() && c != ',' {
            begin = begin.or(Some((column + 1, at)));
            continue;
        }
        if let Some((column, from)) = begin.take() {
            words.push((column, &line[from..at]));
        }
        if c == ',' {
            words.push((column + 1, ","));
        }
    }
    words
}

pub(super) fn without_comment(line: &str) -> String {
    let comment = line.char_indices().find(|(at, c)| {
        let before = line[..*at].chars().next_back();
        *c == '#' && before.is_none_or(char::is_whitespace)
    });
    let end = comment.map_or(line.len(), |(at, _)| at);
    line[..end].trim().to_owned()
}

/// The words of a sentence that are still to be read.
pub(super) struct Words<'w> {
    words: &'w [Word<'w>],
    at: usize,
    /// The column behind the last one.
    end: usize,
}

impl<'w> Words<'w> {
    pub(super) fn new(line: &str, words: &'w [Word<'w>]) -> Words<'w> {
        Words {
            words,
            at: 0,
            end: line.chars().count() + 1,
        }
    }

    /// The column of the next word.
    pub(super) fn column(&self) -> usize {
        self.words
            .get(self.at)
            .map_or(self.end, |(column, _)| *column)
    }

    /// Puts the last word back.
    pub(super) const fn back(&mut self) {
        self.at -= 1;
    }

    pub(super) fn peek(&self) -> Option<&'w str> {
        self.words.get(self.at).map(|(_, word)| *word)
    }

    pub(super) fn next(&mut self, wanted: &str) -> Result<Word<'w>> {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        word.ok_or_else(|| (self.end, format!("the line ends: wanted {wanted}")))
    }

    /// Takes these words, if they are next.
    pub(super) fn take(&mut self, wanted: &[&str]) -> bool {
        let next = self.words[self.at.min(self.words.len())..].iter();
        let found = next
            .map(|(_, word)| *word)
            .take(wanted.len())
            .eq(wanted.iter().copied());
        self.at += if found { wanted.len() } else { 0 };
        found
    }
}
