//! `ebtables -C CHAIN [NUMBER[:NUMBER]] PACKETS BYTES`: the counters of rules. The original reads the
//! words and then finds no rule, whichever is named.

use super::super::Variant;
use crate::ip::words::Failure;

/// What comes of the words behind the chain.
pub(in super::super) fn change(variant: Variant, words: &[String]) -> Failure {
    let end = words.iter().position(|word| {
        let second = word.as_bytes().get(1);
        word.starts_with('-') && !second.is_some_and(u8::is_ascii_digit)
    });
    let options = end.is_some();
    let words = &words[..end.unwrap_or(words.len())];
    let (rules, packets, bytes) = match words {
        [packets, bytes] => (None, packets, bytes),
        [rules, packets, bytes] if !options => (Some(rules), packets, bytes),
        [_, _, _, ..] => {
            let text = "No extra options allowed with -C start_nr[:end_nr] pcnt bcnt";
            return variant.problem(text);
        }
        _ => return variant.problem("The command -C needs at least 2 arguments"),
    };
    if let Some(rules) = rules {
        let (first, last) = rules.split_once(':').unwrap_or((rules, rules));
        let number = |word: &str| word.parse::<u32>().is_ok_and(|number| number > 0);
        if !number(first) || !number(last) {
            let text = format!("Something is wrong with the rule number specification '{rules}'");
            return variant.problem(&text);
        }
    }
    for word in [packets, bytes] {
        let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
        if digits.parse::<u64>().is_err() {
            return variant.problem(&format!("Packet counter '{word}' invalid"));
        }
    }
    variant.refusal("No chain/target/match by that name")
}
