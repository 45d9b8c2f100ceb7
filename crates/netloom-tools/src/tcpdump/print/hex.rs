//! Dumps of bytes, as `-x`, `-X` and `-A` show them.

use std::fmt::Write;

const LINE: usize = 16;

/// Hexadecimal only; `indent` stands before every line and has its newline.
pub(crate) fn hex(out: &mut String, indent: &str, data: &[u8]) {
    for (number, line) in data.chunks(LINE).enumerate() {
        let _ = write!(out, "{indent}0x{:04x}: ", number * LINE);
        words(out, line);
    }
}

/// Hexadecimal and ASCII.
pub(crate) fn hex_and_ascii(out: &mut String, indent: &str, data: &[u8]) {
    for (number, line) in data.chunks(LINE).enumerate() {
        let _ = write!(out, "{indent}0x{:04x}: ", number * LINE);
        let start = out.len();
        words(out, line);
        let width = out.len() - start;
        // Eight groups of four digits with a blank each, and two blanks.
        let _ = write!(out, "{:pad$}", "", pad = LINE / 2 * 5 + 2 - width);
        out.extend(line.iter().map(|&byte| printable(byte)));
    }
}

/// Text only, newlines kept.
pub(crate) fn ascii(out: &mut String, data: &[u8]) {
    out.push('\n');
    let mut bytes = data.iter().peekable();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\n' | b'\t' => out.push(char::from(byte)),
            // A carriage return is dropped before a newline.
            b'\r' if bytes.peek() == Some(&&b'\n') => {}
            _ => out.push(printable(byte)),
        }
    }
}

fn words(out: &mut String, line: &[u8]) {
    for pair in line.chunks(2) {
        out.push(' ');
        for byte in pair {
            let _ = write!(out, "{byte:02x}");
        }
    }
}

fn printable(byte: u8) -> char {
    if byte.is_ascii_graphic() {
        char::from(byte)
    } else {
        '.'
    }
}
