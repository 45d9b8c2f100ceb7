//! Words, numbers and signs of a filter expression.

use super::FilterError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, number or address: anything without signs. A backslash before it is gone.
    Word(String),
    /// A word that was quoted by a backslash, so that it is no keyword.
    Escaped(String),
    Sign(&'static str),
}

/// Longer signs stand before their beginnings.
const SIGNS: [&str; 24] = [
    "&&", "||", "<<", ">>", ">=", "<=", "!=", "==", "!", "(", ")", "[", "]", "=", "<", ">", "&",
    "|", "+", "*", "/", "%", "^", "-",
];

pub(super) fn tokens(expression: &str) -> Result<Vec<Token>, FilterError> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    // Within brackets a colon parts offset and size; elsewhere it belongs to an address.
    let mut brackets = 0usize;
    while let Some(first) = rest.chars().next() {
        if first == ':' && brackets > 0 {
            tokens.push(Token::Sign(":"));
            rest = rest[1..].trim_start();
            continue;
        }
        if let Some(&sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            match sign {
                "[" => brackets += 1,
                "]" => brackets = brackets.saturating_sub(1),
                _ => {}
            }
            tokens.push(Token::Sign(sign));
            rest = rest[sign.len()..].trim_start();
            continue;
        }
        let escaped = first == '\\';
        let word = if escaped { &rest[1..] } else { rest };
        let end = word
            .find(|c| !in_word(c, brackets > 0))
            .unwrap_or(word.len());
        let (text, after) = word.split_at(end);
        if text.is_empty() {
            return Err(FilterError::syntax());
        }
        let text = text.to_owned();
        tokens.push(if escaped {
            Token::Escaped(text)
        } else {
            Token::Word(text)
        });
        rest = after.trim_start();
    }
    Ok(tokens)
}

/// A hyphen belongs to a name (`icmp-echo`) or a range (`5000-5010`).
fn in_word(c: char, in_brackets: bool) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => true,
        ':' => !in_brackets,
        _ => false,
    }
}
