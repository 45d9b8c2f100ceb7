//! What FTP's control connection says of data connections (RFC 959 sections 4.1.2 and 5.4, RFC 2428):
//! `PORT` and `EPRT` of the client, 227 and 229 of the server.
//!
//! Only a line that begins a segment is read, behind one that ended a segment before.

use crate::conntrack::table::Direction;
use crate::conntrack::tuple::Tuple;
use core::net::{IpAddr, Ipv4Addr};

/// Behind which sequence numbers lines begin, by direction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    begin: [Vec<u32>; 2],
}

/// How many beginnings are remembered of a direction.
const MOST: usize = 2;

/// How an address and a port are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `10,0,0,1,4,1`.
    Commas,
    /// `|1|10.0.0.1|1025|`.
    Extended,
    /// `|||1025|`.
    PortAlone,
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) form: Form,
    /// Who is to be called; none: who said so.
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
    /// Where it stands in the segment's data, and how long it is.
    pub(super) at: usize,
    pub(super) len: usize,
}

impl Lines {
    /// Reads the data of a segment.
    pub(super) fn read(
        &mut self,
        own: &Tuple,
        direction: Direction,
        seq: u32,
        data: &[u8],
    ) -> Option<Found> {
        let begin = &mut self.begin[direction as usize];
        let begins = begin.contains(&seq);
        let last = data.last()?;
        if *last == b'\n' {
            let next = seq.wrapping_add(data.len() as u32);
            if !begin.contains(&next) {
                if begin.len() == MOST {
                    // The older one goes.
                    let older = usize::from((begin[0].wrapping_sub(begin[1]) as i32) > 0);
                    begin.remove(older);
                }
                begin.push(next);
            }
        }
        if !begins {
            return None;
        }
        match direction {
            Direction::Original => active(own, data),
            Direction::Reply => passive(data),
        }
    }
}

/// What the client says.
fn active(own: &Tuple, data: &[u8]) -> Option<Found> {
    if let Some(at) = behind(data, b"PORT", b' ') {
        return commas(data, at, b'\r');
    }
    let at = behind(data, b"EPRT", b' ')?;
    extended(own, data, at)
}

/// What the server says.
fn passive(data: &[u8]) -> Option<Found> {
    if starts(data, b"227 ") {
        let digit = data[4..].iter().position(u8::is_ascii_digit)?;
        return commas(data, 4 + digit, 0);
    }
    let at = behind(data, b"229 ", b'(')?;
    port_alone(data, at)
}

fn starts(data: &[u8], word: &[u8]) -> bool {
    let begin = data.get(..word.len());
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

/// Where what follows a word begins, behind the next `skip`.
fn behind(data: &[u8], word: &[u8], skip: u8) -> Option<usize> {
    if !starts(data, word) {
        return None;
    }
    let from = word.len();
    let at = data[from..].iter().position(|byte| *byte == skip)?;
    Some(from + at + 1)
}

/// Six numbers, `end` behind them (0: anything).
fn commas(data: &[u8], at: usize, end: u8) -> Option<Found> {
    let mut numbers = [0u8; 6];
    let mut number = 0;
    let mut len = 0;
    loop {
        let byte = *data.get(at + len)?;
        match byte {
            b'0'..=b'9' => {
                let digit = byte - b'0';
                numbers[number] = numbers[number].checked_mul(10)?.checked_add(digit)?;
            }
            _ if number == 5 && (end == 0 || byte == end) => break,
            b',' if number < 5 => number += 1,
            _ => return None,
        }
        len += 1;
    }
    let [a, b, c, d, high, low] = numbers;
    let port = u16::from_be_bytes([high, low]);
    (port != 0).then_some(Found {
        form: Form::Commas,
        address: Some(Ipv4Addr::new(a, b, c, d).into()),
        port,
        at,
        len,
    })
}

/// A port, and its end behind a delimiter.
fn port(data: &[u8], from: usize, delimiter: u8) -> Option<(u16, usize)> {
    let len = data.get(from..)?.iter().position(|b| *b == delimiter)?;
    let text = core::str::from_utf8(&data[from..from + len]).ok()?;
    let port = text.parse().ok().filter(|port| *port != 0)?;
    Some((port, from + len + 1))
}

/// The delimiter that stands first: anything that can be seen, but no digit.
fn delimiter(data: &[u8], at: usize) -> Option<u8> {
    let first = *data.get(at)?;
    (first.is_ascii_graphic() && !first.is_ascii_digit()).then_some(first)
}

fn extended(own: &Tuple, data: &[u8], at: usize) -> Option<Found> {
    let delimiter = delimiter(data, at)?;
    let version = if own.v6 { b'2' } else { b'1' };
    if data.get(at + 1..at + 3)? != [version, delimiter] {
        return None;
    }
    let from = at + 3;
    let len = data[from..].iter().position(|b| *b == delimiter)?;
    let text = core::str::from_utf8(&data[from..from + len]).ok()?;
    let address: IpAddr = text.parse().ok()?;
    if address.is_ipv6() != own.v6 {
        return None;
    }
    let (port, end) = port(data, from + len + 1, delimiter)?;
    Some(Found {
        form: Form::Extended,
        address: Some(address),
        port,
        at,
        len: end - at,
    })
}

fn port_alone(data: &[u8], at: usize) -> Option<Found> {
    let delimiter = delimiter(data, at)?;
    if data.get(at + 1..at + 3)? != [delimiter, delimiter] {
        return None;
    }
    let (port, end) = port(data, at + 3, delimiter)?;
    Some(Found {
        form: Form::PortAlone,
        address: None,
        port,
        at,
        len: end - at,
    })
}

impl Form {
    /// An address and a port in this form.
    pub(super) fn write(self, address: IpAddr, port: u16) -> String {
        match (self, address) {
            (Form::PortAlone, _) => format!("|||{port}|"),
            (Form::Commas, IpAddr::V4(address)) => {
                let [a, b, c, d] = address.octets();
                let [high, low] = port.to_be_bytes();
                format!("{a},{b},{c},{d},{high},{low}")
            }
            (_, IpAddr::V4(address)) => format!("|1|{address}|{port}|"),
            (_, IpAddr::V6(address)) => {
                let words = address.segments().map(|word| format!("{word:04x}"));
                format!("|2|{}|{port}|", words.join(":"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(v6: bool) -> Tuple {
        Tuple {
            src: [0; 16],
            dst: [0; 16],
            sport: 1000,
            dport: 21,
            protocol: 6,
            v6,
        }
    }

    fn says(
        direction: Direction,
        v6: bool,
        line: &str,
    ) -> Option<(Form, Option<IpAddr>, u16, String)> {
        let mut lines = Lines::default();
        assert_eq!(lines.read(&own(v6), direction, 1, b"first\r\n"), None);
        let found = lines.read(&own(v6), direction, 8, line.as_bytes())?;
        let text = line[found.at..found.at + found.len].to_owned();
        Some((found.form, found.address, found.port, text))
    }

    #[test]
    fn each_side_announces_connections_in_its_own_words() {
        let client = |line| says(Direction::Original, false, line);
        let server = |line| says(Direction::Reply, false, line);
        let address = "10.0.0.1".parse().ok();
        let commas = Some((Form::Commas, address, 1025, "10,0,0,1,4,1".to_owned()));
        assert_eq!(client("PORT 10,0,0,1,4,1\r\n"), commas);
        assert_eq!(
            server("227 Entering Passive Mode (10,0,0,1,4,1)\r\n"),
            commas
        );
        let text = "|1|10.0.0.1|1025|".to_owned();
        let extended = Some((Form::Extended, address, 1025, text));
        assert_eq!(client("eprt |1|10.0.0.1|1025|\r\n"), extended);
        let alone = Some((Form::PortAlone, None, 1025, "|||1025|".to_owned()));
        assert_eq!(server("229 Extended (|||1025|)\r\n"), alone);
        let v6 = says(Direction::Original, true, "EPRT |2|fd00::1|9|\r\n");
        assert_eq!(v6.map(|found| found.1), Some("fd00::1".parse().ok()));
    }

    #[test]
    fn what_is_said_wrongly_announces_nothing() {
        for line in [
            "PORT 10,0,0,1,4\r\n",
            "PORT 10,0,0,256,4,1\r\n",
            "PORT 10,0,0,1,0,0\r\n",
            "PORT 10,0,0,1,4,1 \r\n",
            "PORT",
            "EPRT |2|fd00::1|9|\r\n",
            "EPRT |1|10.0.0.1|99999|\r\n",
            "EPRT |1|10.0.0.1|9\r\n",
            "227 (10,0,0,1,4,1)\r\n",
            "",
        ] {
            assert_eq!(says(Direction::Original, false, line), None, "{line}");
        }
    }

    #[test]
    fn only_lines_behind_a_line_are_read() {
        let mut lines = Lines::default();
        let line = b"PORT 10,0,0,1,4,1\r\n";
        assert_eq!(lines.read(&own(false), Direction::Original, 1, line), None);
        assert!(
            lines
                .read(&own(false), Direction::Original, 20, line)
                .is_some()
        );
        assert_eq!(lines.read(&own(false), Direction::Original, 30, line), None);
    }

    #[test]
    fn forms_are_written_as_they_are_read() {
        let v4 = "10.0.0.1".parse().expect("an address");
        assert_eq!(Form::Commas.write(v4, 1025), "10,0,0,1,4,1");
        assert_eq!(Form::Extended.write(v4, 1025), "|1|10.0.0.1|1025|");
        assert_eq!(Form::PortAlone.write(v4, 1025), "|||1025|");
    }
}
