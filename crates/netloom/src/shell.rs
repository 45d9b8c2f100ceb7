//! What is told is read by terminals and typed into shells: names come from hosts and files, and anybody
//! may have chosen them. A command that is told is taken by sh(1) as the words that it shows, and text
//! holds nothing that a terminal would carry out.

use std::borrow::Cow;
use std::fmt::Write;

/// A character that is nothing but itself to a shell, wherever it stands in a word.
fn is_plain(letter: char) -> bool {
    !letter.is_control()
        && !matches!(
            letter,
            '$' | '`' | '\\' | '"' | '\'' | ';' | '&' | '|' | '<' | '>' | '(' | ')'
        )
}

/// A word as a shell takes it for what it is.
pub(crate) fn word(word: &str) -> Cow<'_, str> {
    // What stands for names of files, and what begins a comment or the home of a user.
    let is_own = |letter| is_plain(letter) && !matches!(letter, ' ' | '*' | '?' | '[');
    let begins = !word.is_empty() && !word.starts_with(['#', '~']);
    match begins && word.chars().all(is_own) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(quoted(word)),
    }
}

/// In quotes; control characters by their numbers, which bash, ksh, zsh and POSIX.1-2024 know.
pub(crate) fn quoted(word: &str) -> String {
    if !word.contains(char::is_control) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let mut quoted = String::from("$'");
    for letter in word.chars() {
        match letter {
            '\'' | '\\' => quoted.extend(['\\', letter]),
            _ if letter.is_control() => {
                let mut bytes = [0; 4];
                for byte in letter.encode_utf8(&mut bytes).bytes() {
                    let _ = write!(quoted, "\\{byte:03o}");
                }
            }
            _ => quoted.push(letter),
        }
    }
    quoted + "'"
}

/// A command as it is typed. Its words are already apart: by spaces, and with the quotes of a shell or of
/// iptables-save(8), which has a double quote for texts and thinks of no shell.
pub(crate) fn typed(command: &str) -> String {
    let mut typed = String::with_capacity(command.len());
    let mut rest = command;
    while let Some(first) = rest.chars().next() {
        let len = match first {
            ' ' => 1,
            '\'' => end_of_quotes(rest, '\''),
            '$' if rest.starts_with("$'") => 1 + end_of_quotes(&rest[1..], '\''),
            '"' => end_of_quotes(rest, '"'),
            _ => rest.find(' ').unwrap_or(rest.len()),
        };
        let (part, behind) = rest.split_at(len);
        match first {
            ' ' | '\'' => typed.push_str(part),
            '$' if part.starts_with("$'") && len > 2 => typed.push_str(part),
            '"' if len > 1 && part.ends_with('"') => {
                let text = part[1..len - 1].replace("\\\"", "\"").replace("\\\\", "\\");
                match text.chars().all(is_plain) {
                    true => typed.push_str(part),
                    false => typed.push_str(&quoted(&text)),
                }
            }
            _ => typed.push_str(&word(part)),
        }
        rest = behind;
    }
    typed
}

/// How long the quotes are with which a text begins, which may stand beside others ('a'\''b').
fn end_of_quotes(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            _ if letter == quote => {
                let end = at + 1;
                return match text[end..].strip_prefix(r"\'") {
                    Some(more) if more.starts_with('\'') => end + 2 + end_of_quotes(more, quote),
                    _ => end,
                };
            }
            _ => {}
        }
    }
    text.len()
}

/// Text as a terminal may have it within a line.
pub(crate) fn one_line(text: &str) -> String {
    shown(text).replace('\n', "\\x0a").replace('\t', "\\x09")
}

/// Text as a terminal may have it: control characters by their numbers, but those that end lines.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let harmful = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match harmful(letter) {
            true => {
                let _ = write!(shown, "\\x{:02x}", u32::from(letter));
            }
            false => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// The words that a shell makes of a command, by the shell itself.
    fn words(command: &str) -> Vec<String> {
        let script = format!("set -- {command}\nfor word; do printf '%s\\0' \"$word\"; done");
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert!(output.stderr.is_empty(), "{command}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let words = text.split_terminator('\0');
        words.map(str::to_owned).collect()
    }

    #[test]
    fn a_name_is_one_word_of_a_command_whatever_it_is_called() {
        for name in [
            "eth0",
            "$(touch${IFS}pwned)",
            "`id`",
            "a;reboot",
            "a&b|c>d<e",
            "it's",
            "\"quoted\"",
            "back\\slash",
            "\u{1b}[31mred",
            "two\nlines",
            "with space",
        ] {
            let command = format!("ip link set {} up", word(name));
            assert_eq!(words(&command), ["ip", "link", "set", name, "up"]);
            assert_eq!(typed(&command), command, "it is typed already");
            assert!(!command.contains(char::is_control), "{command:?}");
        }
    }

    #[test]
    fn commands_are_typed_as_the_words_that_they_show() {
        for (command, says) in [
            ("iptables -A INPUT -s 10.0.0.0/8 ! -i br+ -j DROP", None),
            (
                "iptables -A INPUT -m comment --comment \"two words\" -j DROP",
                None,
            ),
            ("nft 'add rule ip t c tcp dport { 22, 80 } accept'", None),
            (
                "ip -n web link set $(id) up",
                Some("ip -n web link set '$(id)' up"),
            ),
            (
                "iptables -A INPUT -m comment --comment \"a $(id) \\\"b\\\"\" -j DROP",
                Some("iptables -A INPUT -m comment --comment 'a $(id) \"b\"' -j DROP"),
            ),
            (
                "sysctl -w net.ipv4.conf.`id`.rp_filter=0",
                Some("sysctl -w 'net.ipv4.conf.`id`.rp_filter=0'"),
            ),
            (
                "echo \"never closed $(id)",
                Some("echo '\"never closed $(id)'"),
            ),
        ] {
            assert_eq!(typed(command), says.unwrap_or(command));
            assert_eq!(typed(&typed(command)), typed(command));
        }
    }

    #[test]
    fn a_terminal_is_told_nothing_but_text() {
        assert_eq!(shown("a\tb\nc é"), "a\tb\nc é");
        assert_eq!(shown("\u{1b}]0;x\u{7}\r\u{9b}"), "\\x1b]0;x\\x07\\x0d\\x9b");
    }
}
