//! nc's words (nc(1) of OpenBSD, as Debian has it).

use core::net::IpAddr;
use std::time::Duration;

/// What the words say.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) only_v4: bool,
    pub(super) only_v6: bool,
    pub(super) broadcast: bool,
    pub(super) crlf: bool,
    pub(super) no_stdin: bool,
    pub(super) keep: bool,
    pub(super) listen: bool,
    pub(super) shut_at_end: bool,
    pub(super) udp: bool,
    pub(super) verbose: bool,
    pub(super) scan: bool,
    pub(super) interval: Option<Duration>,
    pub(super) receive_buffer: Option<u32>,
    pub(super) send_buffer: Option<u32>,
    pub(super) ttl: Option<u8>,
    pub(super) tos: Option<u8>,
    pub(super) port: Option<u16>,
    /// How long to go on after standard input has ended; none: until the other side has, too.
    pub(super) quit: Option<Duration>,
    pub(super) source: Option<IpAddr>,
    pub(super) timeout: Option<Duration>,
    /// How many packets to receive.
    pub(super) limit: Option<u64>,
    pub(super) host: Option<String>,
    /// The first port and the last of each word.
    pub(super) ports: Vec<(u16, u16)>,
}

/// Options that take a word.
const WITH_WORD: &str = "IiMmOPpqsTVWwXx";

/// The original's usage, of what there is here.
pub(super) const USAGE: &str = "\
usage: nc [-46bCdhklNnuvz] [-I length] [-i interval] [-M ttl] [-O length]
	  [-p source_port] [-q seconds] [-s sourceaddr] [-T tos]
	  [-W recvlimit] [-w timeout] [destination] [port]
";

/// What `-h` says beside the usage.
pub(super) const HELP: &str = "\
  -4, -6         only this family
  -b             broadcast is allowed
  -C             line ends are sent as CR LF
  -d             standard input is not read
  -I, -O LENGTH  length of the receive and the send buffer
  -i SECONDS     wait between lines, or between ports
  -k             after one connection wait for the next (with -l)
  -l             listen
  -M TTL         TTL of what is sent
  -N             when standard input ends, tell the other side
  -n             names are not looked up (they never are)
  -p PORT        from this port
  -q SECONDS     quit so long after standard input has ended (implies -N)
  -s ADDRESS     from this address
  -T TOS         type of service: a number, or lowdelay, throughput, reliability, af11 ... ef
  -u             UDP in place of TCP
  -v             say what happens
  -W NUMBER      end after so many packets received
  -w SECONDS     give up connecting, or an idle connection, after so long
  -z             connect and send nothing: see which ports are open
Ports are numbers, or ranges LOW-HIGH.
";

/// Why words were refused: the text, and whether the usage follows.
pub(super) struct Refused(pub(super) String, pub(super) bool);

fn refused(text: impl Into<String>) -> Refused {
    Refused(text.into(), false)
}

/// What was asked for.
pub(super) enum Asked {
    Help,
    Run(Box<Options>),
}

/// Reads the words of the command line.
pub(super) fn read(args: &[String]) -> Result<Asked, Refused> {
    let mut options = Options::default();
    let mut rest = Vec::new();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            rest.extend(words.by_ref().cloned());
            break;
        }
        let Some(letters) = word.strip_prefix('-').filter(|l| !l.is_empty()) else {
            rest.push(word.clone());
            continue;
        };
        for (at, letter) in letters.char_indices() {
            if !WITH_WORD.contains(letter) {
                if letter == 'h' {
                    return Ok(Asked::Help);
                }
                flag(&mut options, letter)?;
                continue;
            }
            let inside = &letters[at + letter.len_utf8()..];
            let value = match inside {
                "" => words.next().map(String::as_str),
                inside => Some(inside),
            };
            let missing = || Refused(format!("option requires an argument -- '{letter}'"), true);
            valued(&mut options, letter, value.ok_or_else(missing)?)?;
            break;
        }
    }
    where_to(&mut options, &rest)?;
    Ok(Asked::Run(Box::new(options)))
}

fn flag(options: &mut Options, letter: char) -> Result<(), Refused> {
    match letter {
        '4' => options.only_v4 = true,
        '6' => options.only_v6 = true,
        'b' => options.broadcast = true,
        'C' => options.crlf = true,
        'd' => options.no_stdin = true,
        'k' => options.keep = true,
        'l' => options.listen = true,
        'N' => options.shut_at_end = true,
        'D' | 'n' => {}
        'u' => options.udp = true,
        'v' => options.verbose = true,
        'z' => options.scan = true,
        'F' | 'r' | 'S' | 't' | 'U' | 'Z' => return Err(absent(letter)),
        other => return Err(Refused(format!("invalid option -- '{other}'"), true)),
    }
    Ok(())
}

fn absent(letter: char) -> Refused {
    refused(format!("-{letter}: netloom's nc does not have this option"))
}

fn valued(options: &mut Options, letter: char, value: &str) -> Result<(), Refused> {
    let bad = |what: &str| refused(format!("{what} invalid: {value}"));
    match letter {
        'I' => options.receive_buffer = Some(value.parse().map_err(|_| bad("TCP receive window"))?),
        'O' => options.send_buffer = Some(value.parse().map_err(|_| bad("TCP send window"))?),
        'i' => options.interval = Some(seconds(value).ok_or_else(|| bad("interval"))?),
        'M' => options.ttl = Some(value.parse().map_err(|_| bad("ttl"))?),
        'p' => options.port = Some(port(value)?),
        'q' if value.starts_with('-') => options.quit = None,
        'q' => {
            options.quit = Some(seconds(value).ok_or_else(|| bad("quit timer"))?);
            options.shut_at_end = true;
        }
        's' => {
            let address = super::address(value);
            options.source = Some(address.ok_or_else(|| bad("source address"))?);
        }
        'T' => {
            let tos = tos(value);
            options.tos = Some(tos.ok_or_else(|| refused(format!("illegal tos value {value}")))?);
        }
        'W' => {
            let limit = value.parse().ok().filter(|n| *n > 0);
            options.limit = Some(limit.ok_or_else(|| bad("receive limit"))?);
        }
        'w' => options.timeout = Some(seconds(value).ok_or_else(|| bad("timeout"))?),
        other => return Err(absent(other)),
    }
    Ok(())
}

fn seconds(value: &str) -> Option<Duration> {
    value.parse().ok().map(Duration::from_secs)
}

fn tos(value: &str) -> Option<u8> {
    let named = [
        ("lowdelay", 0x10),
        ("throughput", 0x08),
        ("reliability", 0x04),
        ("mincost", 0x02),
        ("ef", 0xb8),
        ("af11", 0x28),
        ("af21", 0x48),
        ("af31", 0x68),
        ("af41", 0x88),
        ("cs0", 0x00),
        ("cs1", 0x20),
        ("cs2", 0x40),
        ("cs3", 0x60),
        ("cs4", 0x80),
        ("cs5", 0xa0),
        ("cs6", 0xc0),
        ("cs7", 0xe0),
    ];
    if let Some((_, tos)) = named.iter().find(|(name, _)| *name == value) {
        return Some(*tos);
    }
    match value.strip_prefix("0x") {
        Some(hex) => u8::from_str_radix(hex, 16).ok(),
        None => value.parse().ok(),
    }
}

/// One port.
fn port(word: &str) -> Result<u16, Refused> {
    match word.parse::<u64>() {
        Ok(0) => Err(refused(format!("port number too small: {word}"))),
        Ok(number) => {
            let number = u16::try_from(number);
            number.map_err(|_| refused(format!("port number too large: {word}")))
        }
        Err(_) => Err(refused(format!("port number invalid: {word}"))),
    }
}

/// A port, or a range of them, the lower first.
fn range(word: &str) -> Result<(u16, u16), Refused> {
    match word.split_once('-') {
        Some((low, high)) => {
            let (low, high) = (port(low)?, port(high)?);
            Ok((low.min(high), low.max(high)))
        }
        None => port(word).map(|port| (port, port)),
    }
}

/// The destination and the ports.
fn where_to(options: &mut Options, rest: &[String]) -> Result<(), Refused> {
    match rest {
        [] if options.listen && options.port.is_some() => {
            let port = options.port.take().unwrap_or_default();
            options.ports = vec![(port, port)];
        }
        [] if options.listen => return Err(refused("missing port number")),
        [] => return Err(Refused(String::new(), true)),
        [only] if options.listen => options.ports = vec![range(only)?],
        [_] => return Err(refused("missing port number")),
        [host, ports @ ..] => {
            options.host = Some(host.clone());
            for word in ports {
                options.ports.push(range(word)?);
            }
        }
    }
    if options.listen && options.source.is_some() && options.host.is_some() {
        return Err(refused("cannot use -s and -l"));
    }
    if options.listen && options.scan {
        return Err(refused("cannot use -z and -l"));
    }
    if options.keep && !options.listen {
        return Err(refused("must use -l with -k"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(words: &str) -> Options {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        match read(&words) {
            Ok(Asked::Run(options)) => *options,
            Ok(Asked::Help) => panic!("help"),
            Err(Refused(text, _)) => panic!("{text}"),
        }
    }

    fn no(words: &str) -> String {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        match read(&words) {
            Err(Refused(text, _)) => text,
            Ok(_) => panic!("{words:?} was taken"),
        }
    }

    #[test]
    fn letters_stand_together_and_their_words_behind_or_inside() {
        let options = run("-nzvw 3 10.0.0.2 20-25 80");
        assert!(options.scan && options.verbose);
        assert_eq!(options.timeout, Some(Duration::from_secs(3)));
        assert_eq!(options.ports, [(20, 25), (80, 80)]);
        assert_eq!(run("-lp5000").ports, [(5000, 5000)]);
        assert_eq!(run("-l -k 5000").host, None);
        assert!(run("-q 1 h 1").shut_at_end && !run("-q -1 h 1").shut_at_end);
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_the_originals_words() {
        assert_eq!(no("h 99999"), "port number too large: 99999");
        assert_eq!(no("h foo"), "port number invalid: foo");
        assert_eq!(no("h"), "missing port number");
        assert_eq!(no("-l"), "missing port number");
        assert_eq!(no("-p"), "option requires an argument -- 'p'");
        assert_eq!(no("-Y h 1"), "invalid option -- 'Y'");
        assert_eq!(no("-k h 1"), "must use -l with -k");
    }
}
