//! The command line: a command, its table, and options as getopt_long(3) reads them. What a protocol
//! has of its own can be said behind `-p` alone.

mod lists;

use super::labels::Labels;
use super::misused;
use super::options::{Command, Nat, Options, Table};
use super::words::{
    ALIASES, COMMANDS, OPTIONS, Value, missing, number, own_option, protocol, says_how, state,
    takes,
};
use crate::ip::words::Outcome;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The words that are left, and what was said so far.
struct Reader<'a> {
    words: &'a [String],
    labels: &'a Labels,
    options: Options,
    command: Option<Command>,
    /// Letters of the options that were given.
    given: String,
    /// How many words `-o` had.
    formats: u32,
}

/// Reads a command line.
pub(super) fn parse(words: &[String], labels: &Labels) -> Outcome<Options> {
    let mut reader = Reader {
        words,
        labels,
        options: Options {
            events: [true; 3],
            ..Options::default()
        },
        command: None,
        given: String::new(),
        formats: 0,
    };
    let mut masks_events = false;
    while let Some((word, rest)) = reader.words.split_first() {
        reader.words = rest;
        if let Some(long) = word.strip_prefix("--") {
            reader.long(long, &mut masks_events)?;
        } else if let Some(letters) = word.strip_prefix('-').filter(|l| !l.is_empty()) {
            reader.letters(letters, &mut masks_events)?;
        }
    }
    reader.finish()
}

impl<'a> Reader<'a> {
    fn long(&mut self, long: &'a str, masks: &mut bool) -> Outcome<()> {
        let (name, glued) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        if let Some((_, _, command)) = COMMANDS.iter().find(|(_, own, _)| *own == name) {
            return self.begin(*command);
        }
        let own = self.options.protocol.and_then(|p| own_option(p, name));
        if let Some(letter) = own {
            let value = self.value(glued, || format!("--{name}"))?;
            return self.own(letter, value);
        }
        let exact = OPTIONS.iter().find(|(_, own, _)| *own == name);
        let alias = ALIASES.iter().find(|(own, _)| *own == name);
        let letter = exact.map(|row| row.0).or_else(|| alias.map(|row| row.1));
        let letter = letter.ok_or_else(|| misused(format_args!("unknown option `--{long}'")))?;
        self.option(letter, glued, &format!("--{name}"), masks)
    }

    fn letters(&mut self, letters: &'a str, masks: &mut bool) -> Outcome<()> {
        let mut rest = letters;
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            if let Some((_, _, command)) = COMMANDS.iter().find(|(own, _, _)| *own == letter) {
                self.begin(*command)?;
                continue;
            }
            let known = OPTIONS.iter().find(|(own, _, _)| *own == letter);
            let Some((_, _, value)) = known.filter(|_| letter.is_ascii_lowercase()) else {
                return Err(misused(format_args!("unknown option `-{letter}'")));
            };
            if *value == Value::No {
                self.option(letter, None, "", masks)?;
                continue;
            }
            let glued = (!rest.is_empty()).then_some(rest);
            return self.option(letter, glued, &format!("-{letter}"), masks);
        }
        Ok(())
    }

    /// A command, and the table that may follow.
    fn begin(&mut self, command: Command) -> Outcome<()> {
        if self.command.is_some() {
            return Err(misused("Invalid commands combination"));
        }
        self.command = Some(command);
        let Some(word) = self.optional() else {
            return Ok(());
        };
        if command == Command::Load {
            self.options.file = Some(word.to_owned());
            return Ok(());
        }
        self.options.table = match word {
            "conntrack" => Table::Conntrack,
            "expect" => Table::Expect,
            "dying" => Table::Dying,
            "unconfirmed" => Table::Unconfirmed,
            other => return Err(misused(format_args!("unknown type `{other}'"))),
        };
        Ok(())
    }

    /// The next word, if it is not an option.
    fn optional(&mut self) -> Option<&'a str> {
        let (word, rest) = self.words.split_first()?;
        if word.starts_with('-') && word.len() > 1 {
            return None;
        }
        self.words = rest;
        Some(word)
    }

    fn value(&mut self, glued: Option<&'a str>, name: impl Fn() -> String) -> Outcome<&'a str> {
        if let Some(value) = glued {
            return Ok(value);
        }
        let missing = || misused(format_args!("option `{}' requires an argument", name()));
        let (word, rest) = self.words.split_first().ok_or_else(missing)?;
        self.words = rest;
        Ok(word)
    }

    fn option(
        &mut self,
        letter: char,
        glued: Option<&'a str>,
        name: &str,
        masks: &mut bool,
    ) -> Outcome<()> {
        self.given.push(letter);
        let how = OPTIONS.iter().find(|(own, _, _)| *own == letter);
        let value = match how.map(|row| row.2) {
            Some(Value::Needed) => self.value(glued, || name.to_owned())?,
            // What is glued to such an option is passed over.
            Some(Value::Maybe) => self.optional().unwrap_or(""),
            _ => "",
        };
        let options = &mut self.options;
        match letter {
            's' => {
                let (address, mask) = self.network(value)?;
                self.options.src = Some(address);
                self.options.mask_src = mask.or(self.options.mask_src);
                self.given.extend(mask.map(|_| '{'));
            }
            'd' => {
                let (address, mask) = self.network(value)?;
                self.options.dst = Some(address);
                self.options.mask_dst = mask.or(self.options.mask_dst);
                self.given.extend(mask.map(|_| '}'));
            }
            'r' => self.options.reply_src = Some(self.network(value)?.0),
            'q' => self.options.reply_dst = Some(self.network(value)?.0),
            '{' => self.options.mask_src = Some(self.network(value)?.0),
            '}' => self.options.mask_dst = Some(self.network(value)?.0),
            '[' | ']' => {
                self.network(value)?;
            }
            'p' => options.protocol = Some(protocol(value)?),
            'f' => {
                let v6 = match value {
                    "ipv4" => false,
                    "ipv6" => true,
                    other => {
                        return Err(misused(format_args!("`{other}' unsupported protocol")));
                    }
                };
                self.of_family(v6)?;
            }
            't' => options.timeout = Some(number(value)),
            'u' => self.status(value)?,
            'm' => {
                let (mark, mask) = value
                    .split_once('/')
                    .map_or((value, None), |(m, k)| (m, Some(k)));
                options.mark_masked = mask.is_some();
                options.mark = Some((number(mark), mask.map_or(u32::MAX, number)));
            }
            'n' => self.options.src_nat = Some(self.nat(value)?),
            'g' => self.options.dst_nat = Some(self.nat(value)?),
            'j' => self.options.any_nat = Some(self.nat(value)?),
            'w' => options.zone = Some(number(value) as u16),
            '(' => options.orig_zone = Some(number(value) as u16),
            ')' => options.reply_zone = Some(number(value) as u16),
            'i' => options.id = Some(number(value)),
            'z' => options.zero = true,
            'b' => {
                // The kernel keeps twice as much, and no less than this (socket(7), SO_RCVBUF).
                let size = number(value).saturating_mul(2).max(2304);
                let warning =
                    format!("NOTICE: Netlink socket buffer size has been set to {size} bytes.\n");
                options.warnings.push_str(&warning);
            }
            'o' => self.output(value)?,
            'e' => self.events(value, masks)?,
            'l' => self.options.labels |= self.label(value)?,
            '<' => self.options.add_labels |= self.label(value)?,
            '>' => {
                let bits = match value {
                    "" => u128::MAX,
                    names => self.label(names)?,
                };
                self.options.del_labels = Some(self.options.del_labels.unwrap_or(0) | bits);
            }
            _ => {}
        }
        Ok(())
    }

    /// What a protocol has of its own.
    fn own(&mut self, letter: char, value: &str) -> Outcome<()> {
        self.given.push(letter);
        let options = &mut self.options;
        match letter {
            '0' => options.ports[0] = Some(number(value) as u16),
            '1' => options.ports[1] = Some(number(value) as u16),
            '2' => options.ports[2] = Some(number(value) as u16),
            '3' => options.ports[3] = Some(number(value) as u16),
            '4' => options.state = Some(state(options.protocol, value)?),
            '5' => options.tags[0] = Some(number(value)),
            '6' => options.tags[1] = Some(number(value)),
            '8' => {
                let known = ["client", "server"].map(|role| role.eq_ignore_ascii_case(value));
                if known == [false; 2] {
                    return Err(misused(format_args!("Unknown DCCP role `{value}'")));
                }
                options.role = true;
            }
            '7' => options.icmp.0 = Some(number(value) as u8),
            '9' => options.icmp.1 = Some(number(value) as u8),
            '#' => options.icmp.2 = Some(number(value) as u16),
            _ => {}
        }
        Ok(())
    }

    fn agree(&mut self, address: IpAddr) -> Outcome<()> {
        self.of_family(address.is_ipv6())
    }

    fn of_family(&mut self, v6: bool) -> Outcome<()> {
        if self.options.v6.is_some_and(|own| own != v6) {
            return Err(misused("mismatched address family"));
        }
        self.options.v6 = Some(v6);
        Ok(())
    }

    /// An address, and the mask behind its slash.
    fn network(&mut self, text: &str) -> Outcome<(IpAddr, Option<IpAddr>)> {
        let (address, len) = match text.split_once('/') {
            Some((address, len)) => (address, Some(len)),
            None => (text, None),
        };
        let wrong = |_| misused(format_args!("Invalid IP address `{text}'"));
        let address: IpAddr = address.parse().map_err(wrong)?;
        self.agree(address)?;
        let Some(len) = len else {
            return Ok((address, None));
        };
        let most = if address.is_ipv6() { 128 } else { 32 };
        let len = len.parse::<u32>().ok().filter(|len| *len <= most);
        let len = len.ok_or_else(|| misused("Invalid netmask"))?;
        if len == most {
            return Ok((address, None));
        }
        let mask = match address {
            IpAddr::V4(_) => {
                let bits = u32::MAX.checked_shl(32 - len).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(bits))
            }
            IpAddr::V6(_) => {
                let bits = u128::MAX.checked_shl(128 - len).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(bits))
            }
        };
        Ok((address, Some(mask)))
    }

    fn nat(&mut self, text: &str) -> Outcome<Nat> {
        if text.is_empty() {
            return Ok(Nat::default());
        }
        let wrong = || misused(format_args!("Invalid IP address `{text}'"));
        let whole = text.parse::<IpAddr>().ok().map(|address| (address, None));
        let with_port = || {
            let (address, port) = text.rsplit_once(':')?;
            let address = address.trim_start_matches('[').trim_end_matches(']');
            Some((address.parse().ok()?, Some(number(port) as u16)))
        };
        let (address, port) = whole.or_else(with_port).ok_or_else(wrong)?;
        self.agree(address)?;
        let address = Some(address);
        Ok(Nat { address, port })
    }

    /// Whether all that was said fits together.
    fn finish(mut self) -> Outcome<Options> {
        let command = match self.command {
            Some(command) => command,
            None => Command::Help,
        };
        let table = self.options.table;
        self.options.command = command;
        if command == Command::Update && table == Table::Expect {
            return Err(misused("Can't do --update on expectations"));
        }
        if matches!(table, Table::Dying | Table::Unconfirmed) && command != Command::List {
            let text = "Can't do that command with tables `dying' and `unconfirmed'";
            return Err(misused(text));
        }
        if command == Command::Load && self.options.file.is_none() {
            return Err(misused("unknown option `-R'"));
        }
        self.needs()?;
        if !(self.command == Some(Command::Help) && self.given == "p") {
            self.check(command, table)?;
        }
        let options = &self.options;
        let lone = table == Table::Conntrack && !matches!(command, Command::Create | Command::Add);
        if lone && options.mask_src.is_some() && options.src.is_none() {
            return Err(misused("Can't use --mask-src without --src"));
        }
        if lone && options.mask_dst.is_some() && options.dst.is_none() {
            return Err(misused("Can't use --mask-dst without --dst"));
        }
        let filters = self.given.chars().any(|letter| !"zofl<".contains(letter));
        if options.zero && command == Command::List && filters {
            return Err(misused("Can't use -z with filtering parameters"));
        }
        Ok(self.options)
    }

    /// The options that a command takes, and no other.
    fn check(&self, command: Command, table: Table) -> Outcome<()> {
        // Without a command nothing can be said.
        let takes = match self.command {
            Some(_) => takes(command, table),
            None => "",
        };
        for (letter, name, _) in OPTIONS {
            if self.given.contains(letter) && !takes.contains(letter) {
                let text = format!("Illegal option `--{name}' with this command");
                return Err(misused(text));
            }
        }
        for (letter, name) in [('5', "orig-vtag"), ('6', "reply-vtag"), ('8', "role")] {
            if self.given.contains(letter) && !says_how(command, letter) {
                let text = format!("Illegal option `--{name}' with this command");
                return Err(misused(text));
            }
        }
        Ok(())
    }

    /// The options that a command cannot do without.
    fn needs(&self) -> Outcome<()> {
        let needed: &[char] = match (self.command, self.options.table) {
            (Some(Command::Create | Command::Add), Table::Conntrack) => &['p', 't'],
            (Some(Command::Get), Table::Conntrack) => &['p'],
            (
                Some(Command::Create | Command::Add | Command::Get | Command::Delete),
                Table::Expect,
            ) => &['s', 'd'],
            _ => &[],
        };
        for letter in needed {
            if !self.given.contains(*letter) {
                let name = OPTIONS
                    .iter()
                    .find(|row| row.0 == *letter)
                    .map_or("", |row| row.1);
                return Err(missing(name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Outcome<Options> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words, &Labels::default())
    }

    fn refused(line: &str) -> String {
        let text = read(line).expect_err("refused").text;
        let text = text.strip_prefix("conntrack v1.4.7 (conntrack-tools): ");
        let first = text.and_then(|text| text.lines().next());
        first.expect("a line").to_owned()
    }

    #[test]
    fn a_protocol_has_words_of_its_own_behind_its_name_alone() {
        let read = read("-L -p tcp --sport 10 --state CLOSE").expect("read");
        assert_eq!(
            (read.ports[0], read.state.as_deref()),
            (Some(10), Some("CLOSE"))
        );
        assert_eq!(refused("-L --sport 10 -p tcp"), "unknown option `--sport'");
        assert_eq!(
            refused("-L -p udp --state CLOSE"),
            "unknown option `--state'"
        );
    }

    #[test]
    fn addresses_can_be_networks_and_are_of_one_version() {
        let read = read("-L -s 10.1.2.3/8").expect("read");
        assert_eq!(read.mask_src, "255.0.0.0".parse().ok());
        assert_eq!(
            refused("-L -s 10.0.0.1 -d ::1"),
            "mismatched address family"
        );
        assert_eq!(refused("-L -s 10.0.0.1/33"), "Invalid netmask");
    }

    #[test]
    fn what_a_command_does_not_take_is_refused_by_its_long_name() {
        assert_eq!(
            refused("-L -t 5"),
            "Illegal option `--timeout' with this command"
        );
        assert_eq!(
            refused("-F -s 1.1.1.1"),
            "Illegal option `--src' with this command"
        );
        assert_eq!(refused("-L -D"), "Invalid commands combination");
        assert_eq!(
            refused("-I"),
            "You need to supply the `--protonum' option for this command"
        );
    }

    #[test]
    fn marks_have_masks_and_translation_may_have_an_address() {
        let read = read("-L -m 0x10/0xff -n -g 10.0.0.1:80").expect("read");
        assert_eq!(read.mark, Some((16, 255)));
        assert_eq!(read.src_nat, Some(Nat::default()));
        assert_eq!(read.dst_nat.and_then(|nat| nat.port), Some(80));
    }
}
