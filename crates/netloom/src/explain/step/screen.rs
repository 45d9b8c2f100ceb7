//! The pages in a terminal: forth and back by a key.

use super::{Line, Page};
use rustix::termios::{self, OptionalActions, Termios};
use std::io::{self, Read, Write};

/// What the keys do, at the foot of every page.
const KEYS: &str = "space next   b back   p next packet   up/down scroll   e end   q quit";

/// Plays the pages until the user has enough; then the ending stands in the terminal.
pub(super) fn play(
    input: &mut dyn Read,
    out: &mut dyn Write,
    pages: &[Page],
    ending: &str,
) -> io::Result<()> {
    let raw = Raw::enter()?;
    // The alternate screen, so that what was there before comes back.
    out.write_all(b"\x1b[?1049h\x1b[?25l")?;
    let played = turn(input, out, pages, ending);
    out.write_all(b"\x1b[?25h\x1b[?1049l")?;
    drop(raw);
    out.write_all(ending.as_bytes())?;
    played
}

fn turn(input: &mut dyn Read, out: &mut dyn Write, pages: &[Page], ending: &str) -> io::Result<()> {
    // One more page than steps: how it ended.
    let last = pages.len();
    let (mut at, mut scroll) = (0, 0);
    loop {
        let (rows, columns) = size();
        let mut lines = match pages.get(at) {
            Some(page) => page_lines(pages, page, columns),
            None => ending.lines().map(str::to_owned).collect(),
        };
        let room = rows.saturating_sub(2);
        scroll = scroll.min(lines.len().saturating_sub(room));
        lines.drain(..scroll);
        lines.truncate(room);
        draw(out, &lines, rows)?;
        let Some(key) = Key::read(input)? else {
            return Ok(());
        };
        let before = at;
        match key {
            Key::Quit => return Ok(()),
            Key::Next => at = (at + 1).min(last),
            Key::Back => at = at.saturating_sub(1),
            Key::End => at = last,
            Key::NextPacket => at = next_packet(pages, at),
            Key::Up => scroll = scroll.saturating_sub(1),
            Key::Down => scroll += 1,
            Key::Other => {}
        }
        if at != before {
            scroll = 0;
        }
    }
}

/// The first page after `at` on which another packet goes on.
fn next_packet(pages: &[Page], at: usize) -> usize {
    let packet = pages.get(at).map(|page| &page.packet);
    let later = pages.iter().enumerate().skip(at);
    later
        .filter(|(_, page)| Some(&page.packet) != packet)
        .map(|(at, _)| at)
        .next()
        .unwrap_or(pages.len())
}

fn page_lines(pages: &[Page], page: &Page, columns: usize) -> Vec<String> {
    let (number, of) = page.number;
    let mut lines = vec![
        format!(
            "\x1b[1mstep {number} of {of}\x1b[0m   {}",
            way(pages, number - 1)
        ),
        String::new(),
    ];
    lines.extend(page.lines().iter().map(|line| line.coloured(columns)));
    lines
}

/// The places that the journey comes to around the one at `at`, which stands out.
fn way(pages: &[Page], at: usize) -> String {
    const AROUND: usize = 3;
    let mut places: Vec<&str> = Vec::new();
    let mut here = 0;
    for (number, page) in pages.iter().enumerate() {
        if places.last() != Some(&page.place.as_str()) {
            places.push(&page.place);
        }
        if number == at {
            here = places.len() - 1;
        }
    }
    let from = here.saturating_sub(AROUND);
    let to = places.len().min(here + AROUND + 1);
    let mut shown: Vec<String> = places[from..to].iter().map(|p| (*p).to_owned()).collect();
    shown[here - from] = format!("\x1b[7m {} \x1b[0m", places[here]);
    let before = if from > 0 { "... " } else { "" };
    let after = if to < places.len() { " ..." } else { "" };
    format!("{before}{}{after}", shown.join(" > "))
}

impl Line {
    /// The line as a terminal shows it, cut at its edge.
    fn coloured(&self, columns: usize) -> String {
        let colour = match self {
            Line::Decision(_) => "1",
            Line::Lesson(_) => "36",
            Line::Command(_) => "33",
            Line::Read(true, _) => "1;32",
            Line::Quiet(_) | Line::Read(false, _) => "0",
        };
        let text: String = self.plain().chars().take(columns).collect();
        format!("\x1b[{colour}m{text}\x1b[0m")
    }
}

fn draw(out: &mut dyn Write, lines: &[String], rows: usize) -> io::Result<()> {
    out.write_all(b"\x1b[H\x1b[2J")?;
    for line in lines {
        write!(out, "{line}\r\n")?;
    }
    write!(out, "\x1b[{rows};1H\x1b[2m{KEYS}\x1b[0m")?;
    out.flush()
}

/// Rows and columns of the terminal.
fn size() -> (usize, usize) {
    match termios::tcgetwinsize(rustix::stdio::stdout()) {
        Ok(size) if size.ws_row > 2 && size.ws_col > 0 => {
            (usize::from(size.ws_row), usize::from(size.ws_col))
        }
        _ => (24, 80),
    }
}

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Next,
    Back,
    NextPacket,
    Up,
    Down,
    End,
    Quit,
    Other,
}

impl Key {
    /// Waits for a key; none at the end of the input.
    fn read(input: &mut dyn Read) -> io::Result<Option<Key>> {
        let mut bytes = [0; 8];
        let len = input.read(&mut bytes)?;
        Ok((len > 0).then(|| Key::of(&bytes[..len])))
    }

    fn of(bytes: &[u8]) -> Key {
        match bytes {
            b" " | b"\r" | b"\n" | b"n" | b"\x1b[C" | b"\x1bOC" | b"\x1b[6~" => Key::Next,
            b"b" | b"\x7f" | b"\x1b[D" | b"\x1bOD" | b"\x1b[5~" => Key::Back,
            b"p" => Key::NextPacket,
            b"k" | b"\x1b[A" | b"\x1bOA" => Key::Up,
            b"j" | b"\x1b[B" | b"\x1bOB" => Key::Down,
            b"e" | b"G" | b"\x1b[F" => Key::End,
            // ^C and ^D come as bytes while the terminal is raw.
            b"q" | b"\x03" | b"\x04" | b"\x1b" => Key::Quit,
            _ => Key::Other,
        }
    }
}

/// The terminal, byte by byte and without echo, until this goes.
struct Raw(Termios);

impl Raw {
    fn enter() -> io::Result<Raw> {
        let before = termios::tcgetattr(rustix::stdio::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        termios::tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &raw)?;
        Ok(Raw(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: usize, place: &str, packet: &str) -> Page {
        Page {
            number: (number, 3),
            place: place.to_owned(),
            packet: packet.to_owned(),
            function: ("f", "does"),
            decision: "decides".to_owned(),
            answers: Vec::new(),
            lesson: "",
            headers: Vec::new(),
            shown: Vec::new(),
        }
    }

    fn played(keys: &[&[u8]]) -> String {
        struct Keys<'a>(std::slice::Iter<'a, &'a [u8]>);
        impl Read for Keys<'_> {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let key = self.0.next().copied().unwrap_or_default();
                into[..key.len()].copy_from_slice(key);
                Ok(key.len())
            }
        }
        let pages = [page(1, "a", "x"), page(2, "a", "x"), page(3, "b", "y")];
        let mut out = Vec::new();
        turn(&mut Keys(keys.iter()), &mut out, &pages, "=> the end\n").unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The screens in the order in which they were drawn, each by its first words.
    fn titles(keys: &[&[u8]]) -> Vec<String> {
        let out = played(keys);
        let screens = out.split("\x1b[2J").skip(1);
        let title = |screen: &str| {
            let line = screen.lines().next().unwrap_or_default();
            line.replace("\x1b[1m", "").chars().take(6).collect()
        };
        screens.map(title).collect()
    }

    #[test]
    fn keys_lead_forth_and_back_and_stop_at_the_ends() {
        let shown = titles(&[b"b", b" ", b"\x1b[C", b" ", b" ", b"b", b"q"]);
        let wanted = [
            "step 1", "step 1", "step 2", "step 3", "=> the", "=> the", "step 3",
        ];
        assert_eq!(shown, wanted);
    }

    #[test]
    fn the_next_packet_is_a_key_away() {
        assert_eq!(titles(&[b"p", b"p", b"q"]), ["step 1", "step 3", "=> the"]);
    }

    #[test]
    fn the_input_may_end_at_any_page() {
        assert_eq!(titles(&[b"e"]), ["step 1", "=> the"]);
    }

    #[test]
    fn the_way_shows_where_the_page_is() {
        assert!(played(&[b"p"]).contains("a > \x1b[7m b \x1b[0m"));
    }
}
