//! Files that stand in the place of a line, and variables (nft(8), INCLUDE FILES and SYMBOLIC VARIABLES).

use super::lexer::{self, Kind, Token};
use super::parser::{DEPTH, Parser};
use super::source::{Problem, Read, Source};
use std::path::{Path, PathBuf};

/// Where files are looked for that no option names a place for (`DEFAULT_INCLUDE_PATH`).
const PLACE: &str = "/etc";

impl Parser<'_> {
    /// `include "FILE"`: its text stands here. A name with `*` or `?` is all files that fit, in their
    /// order, or none.
    pub(super) fn include(&mut self) -> Read<()> {
        let from = self.at;
        let word = self.next();
        let name = self.text()?;
        let mut at = self.since(from);
        at.to += 1;
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Problem::new("Include nested too deeply", word.at));
        }
        let several = name.contains(['*', '?']);
        let files = self.files(&name, several);
        if files.is_empty() && !several {
            return Err(Problem::new(format!("File not found: {name}"), at));
        }
        let mut all = Vec::new();
        for file in files {
            let Ok(text) = std::fs::read_to_string(&file) else {
                let message = format!("Could not open file \"{}\"", file.display());
                return Err(Problem::new(message, at));
            };
            self.sources.push(Source {
                name: Some(file.to_string_lossy().into_owned()),
                text,
            });
            let number = self.sources.len() - 1;
            let mut tokens = lexer::tokens(&self.sources[number], number);
            tokens.pop();
            // What stands before it ends there.
            all.push(Token {
                kind: Kind::Newline,
                text: String::new(),
                at: word.at,
            });
            all.extend(tokens);
        }
        self.tokens.splice(self.at..self.at, all);
        Ok(())
    }

    /// The files that a name stands for: where it says itself, or in the first place that has any.
    fn files(&self, name: &str, several: bool) -> Vec<PathBuf> {
        let own = ["/", "./", "../"]
            .iter()
            .any(|begin| name.starts_with(begin));
        let mut places: Vec<&str> = self.includes.iter().map(String::as_str).collect();
        places.push(PLACE);
        let paths: Vec<PathBuf> = match own {
            true => vec![PathBuf::from(name)],
            false => places
                .iter()
                .map(|place| Path::new(place).join(name))
                .collect(),
        };
        let found = paths.into_iter().map(|path| match several {
            true => fitting(&path),
            false => path.is_file().then_some(path).into_iter().collect(),
        });
        found
            .into_iter()
            .find(|files| !files.is_empty())
            .unwrap_or_default()
    }

    /// `define NAME = VALUE`.
    pub(super) fn define(&mut self) -> Read<()> {
        let kind = self.next().text;
        let token = self.name()?;
        let (name, at) = (token.text, token.at);
        if kind == "undefine" {
            self.defines.remove(&name);
            return Ok(());
        }
        if kind == "define" && self.defines.contains_key(&name) {
            let message = format!("redefinition of symbol '{name}'");
            return Err(Problem::new(message, at));
        }
        self.expect("=")?;
        let (mut value, mut depth) = (Vec::new(), 0);
        loop {
            let token = self.peek().clone();
            match token.kind {
                Kind::End => break,
                Kind::Newline if depth == 0 => break,
                _ if token.is(";") => break,
                _ if token.is("{") => depth += 1,
                _ if token.is("}") => depth -= 1,
                _ => {}
            }
            self.at += 1;
            value.push(token);
        }
        self.defines.insert(name, value);
        Ok(())
    }
}

/// The files whose names fit a pattern, in their order; only the last part of it may be one.
fn fitting(pattern: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (pattern.parent(), pattern.file_name()) else {
        return Vec::new();
    };
    let name = name.to_string_lossy().into_owned();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| fits(name.as_bytes(), entry.file_name().as_encoded_bytes()))
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}

/// Whether a name fits a pattern of `*` and `?` (glob(7)).
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    // Where the last `*` stands, and what of the name it is taken to stand for.
    let (mut at, mut of, mut star) = (0, 0, None);
    // A name that begins with a dot is hidden.
    if name.first() == Some(&b'.') && pattern.first() != Some(&b'.') {
        return false;
    }
    while of < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, of));
                at += 1;
            }
            Some(sign) if *sign == b'?' || *sign == name[of] => {
                at += 1;
                of += 1;
            }
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, of) = (place + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|sign| *sign == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns_as_a_shell_has_them() {
        let fit = |pattern: &str, name: &str| fits(pattern.as_bytes(), name.as_bytes());
        assert!(fit("*.nft", "a.nft") && fit("a?.*t", "ab.nft") && fit("*", "x"));
        assert!(!fit("*.nft", "a.nftx") && !fit("?", "ab") && !fit("*", ".hidden"));
    }
}
