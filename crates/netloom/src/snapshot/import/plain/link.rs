//! `ip [-d] [-s [-s]] link` and `ip [-d] addr`.

use super::{Object, Words, value};
use serde_json::Value;

/// Words that stand for a link itself, wherever they come, with their keys.
const GENERAL: [(&str, &str); 22] = [
    ("mtu", "mtu"),
    ("qdisc", "qdisc"),
    ("master", "master"),
    ("state", "operstate"),
    ("mode", "linkmode"),
    ("group", "group"),
    ("qlen", "txqlen"),
    ("promiscuity", "promiscuity"),
    ("allmulti", "allmulti"),
    ("minmtu", "min_mtu"),
    ("maxmtu", "max_mtu"),
    ("addrgenmode", "inet6_addr_gen_mode"),
    ("numtxqueues", "num_tx_queues"),
    ("numrxqueues", "num_rx_queues"),
    ("gso_max_size", "gso_max_size"),
    ("gso_max_segs", "gso_max_segs"),
    ("tso_max_size", "tso_max_size"),
    ("tso_max_segs", "tso_max_segs"),
    ("gro_max_size", "gro_max_size"),
    ("link-netnsid", "link_netnsid"),
    ("link-netns", "link_netns"),
    ("permaddr", "permaddr"),
];

/// Words of a bridge and of its ports that JSON calls otherwise.
const RENAMED: [(&str, &str); 6] = [
    ("designated_root", "root_id"),
    ("designated_bridge", "bridge_id"),
    ("group_address", "group_addr"),
    ("port_no", "no"),
    ("port_id", "id"),
    ("mcast_last_member_count", "mcast_last_member_cnt"),
];

/// Columns of counters.
const COLUMNS: [(&str, &str); 18] = [
    ("bytes", "bytes"),
    ("packets", "packets"),
    ("errors", "errors"),
    ("dropped", "dropped"),
    ("missed", "missed_errors"),
    ("overrun", "over_errors"),
    ("mcast", "multicast"),
    ("carrier", "carrier_errors"),
    ("collsns", "collisions"),
    ("length", "length_errors"),
    ("crc", "crc_errors"),
    ("frame", "frame_errors"),
    ("fifo", "fifo_errors"),
    ("nohandler", "nohandler"),
    ("aborted", "aborted_errors"),
    ("window", "window_errors"),
    ("heartbt", "heartbeat_errors"),
    ("transns", "carrier_changes"),
];

/// Flags of an address, with their keys.
const FLAGS: [&str; 13] = [
    "secondary",
    "temporary",
    "nodad",
    "optimistic",
    "dadfailed",
    "home",
    "deprecated",
    "tentative",
    "dynamic",
    "mngtmpaddr",
    "noprefixroute",
    "autojoin",
    "stable-privacy",
];

/// The links of a text, with their addresses where it tells them.
pub(super) fn links(text: &str) -> Result<Value, String> {
    let mut list: Vec<Link> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let read = match (line.starts_with(char::is_whitespace), list.last_mut()) {
            (false, _) => Link::new(line).map(|link| list.push(link)),
            (true, Some(link)) => link.line(line),
            (true, None) => Err("it belongs to no link".to_owned()),
        };
        read.map_err(|why| format!("line {number}: {why}"))?;
    }
    Ok(Value::Array(list.into_iter().map(Link::finish).collect()))
}

/// A link as it is read.
#[derive(Default)]
struct Link {
    object: Object,
    kind: Object,
    data: Object,
    port: Object,
    counters: [Object; 2],
    /// The columns of the counters in the next line, and whether they are of what is sent.
    columns: Option<(usize, Vec<&'static str>)>,
    addresses: Vec<Value>,
    altnames: Vec<Value>,
}

impl Link {
    /// `2: veth0@if3: <UP,...> mtu 1500 ...`.
    fn new(line: &str) -> Result<Link, String> {
        let wrong = || "it begins no link".to_owned();
        let (index, rest) = line.split_once(": ").ok_or_else(wrong)?;
        let (name, rest) = rest.split_once(": ").ok_or_else(wrong)?;
        let index: u32 = index.parse().map_err(|_| wrong())?;
        let mut link = Link::default();
        let (name, other) = name.rsplit_once('@').unwrap_or((name, ""));
        link.object.insert("ifindex".into(), index.into());
        link.object.insert("ifname".into(), name.into());
        match other.strip_prefix("if").map(str::parse::<u32>) {
            Some(Ok(index)) => {
                link.object.insert("link_index".into(), index.into());
            }
            _ if matches!(other, "" | "NONE") => {}
            _ => {
                link.object.insert("link".into(), other.into());
            }
        }
        let mut words = Words::of(rest);
        let flags = words.next().unwrap_or_default();
        let flags = flags
            .strip_prefix('<')
            .and_then(|flags| flags.strip_suffix('>'));
        let flags = flags.ok_or_else(wrong)?.split(',');
        let flags = flags.filter(|flag| !flag.is_empty()).map(Value::from);
        link.object
            .insert("flags".into(), Value::Array(flags.collect()));
        link.general(&mut words);
        Ok(link)
    }

    /// Words about the link itself; others are passed over.
    fn general(&mut self, words: &mut Words<'_>) {
        while let Some(word) = words.next() {
            self.known(word, words);
        }
    }

    /// Takes a word that is about the link itself, and its value.
    fn known(&mut self, word: &str, words: &mut Words<'_>) -> bool {
        let known = GENERAL.iter().find(|(name, _)| *name == word);
        let Some(((_, key), found)) = known.zip(words.peek()) else {
            return false;
        };
        words.next();
        self.object.insert((*key).into(), value(found));
        true
    }

    /// A line below the first one.
    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some((direction, columns)) = self.columns.take() {
            let values = line.split_whitespace().map(value);
            let columns = columns.into_iter().map(str::to_owned);
            self.counters[direction].extend(columns.zip(values));
            return Ok(());
        }
        let mut words = Words::of(line);
        let word = words.next().unwrap_or_default();
        match word {
            "alias" => {
                let text = line.trim_start().strip_prefix("alias ").unwrap_or_default();
                self.object.insert("ifalias".into(), text.into());
            }
            "altname" => self.altnames.extend(words.next().map(Value::from)),
            "inet" | "inet6" => self.addresses.push(address(word, &mut words)?),
            "valid_lft" => self.lifetimes(&mut words)?,
            "RX:" | "TX:" | "RX" | "TX" => {
                // "RX errors:" is no column, for its colon.
                let columns = line.split_whitespace().filter_map(|word| {
                    let known = COLUMNS.iter().find(|(name, _)| *name == word)?;
                    Some(known.1)
                });
                self.columns = Some((usize::from(word.starts_with('T')), columns.collect()));
            }
            "vf" => {}
            _ if word.starts_with("link/") => self.layer_two(word, &mut words),
            _ if word.starts_with("prog/") => self.program(&mut words),
            _ => self.details(word, &mut words),
        }
        Ok(())
    }

    /// `link/ether ADDRESS brd ADDRESS ...`; what has no address there has none.
    fn layer_two(&mut self, word: &str, words: &mut Words<'_>) {
        let kind = word.trim_start_matches("link/");
        self.object.insert("link_type".into(), kind.into());
        let general = |word: &str| GENERAL.iter().any(|(name, _)| *name == word);
        if let Some(address) = words.peek().filter(|word| !general(word)) {
            self.object.insert("address".into(), address.into());
            words.next();
            if words.take("brd") || words.take("peer") {
                let broadcast = words.next().unwrap_or_default();
                self.object.insert("broadcast".into(), broadcast.into());
            }
        }
        self.general(words);
    }

    /// `prog/xdp id 7 name NAME tag ...`.
    fn program(&mut self, words: &mut Words<'_>) {
        let mut program = Object::new();
        while let Some(word) = words.next() {
            if let ("id" | "name" | "tag", Some(found)) = (word, words.peek()) {
                program.insert(word.into(), value(found));
                words.next();
            } else {
                self.known(word, words);
            }
        }
        let mut xdp = Object::new();
        xdp.insert("prog".into(), program.into());
        self.object.insert("xdp".into(), xdp.into());
    }

    /// What `-d` tells of its kind, or of it as a port.
    fn details(&mut self, kind: &str, words: &mut Words<'_>) {
        let port = kind.strip_suffix("_slave");
        let key = if port.is_some() {
            "info_slave_kind"
        } else {
            "info_kind"
        };
        self.kind.insert(key.into(), port.unwrap_or(kind).into());
        if kind == "vxlan" {
            return self.vxlan(words);
        }
        let paired = matches!(kind, "bridge" | "bridge_slave" | "tun");
        while let Some(word) = words.next() {
            // A bridge's port has a state of its own, which comes first.
            let own = paired && matches!(word, "state" | "group");
            if !own && self.known(word, words) || !paired {
                continue;
            }
            let Some(found) = words.next() else { break };
            let data = if port.is_some() {
                &mut self.port
            } else {
                &mut self.data
            };
            data.insert(key_of(word, port.is_some()), value(found));
        }
    }

    /// `vxlan id 1 local 192.0.2.1 dev eth0 srcport 0 0 dstport 8472 nolearning ...`.
    fn vxlan(&mut self, words: &mut Words<'_>) {
        while let Some(word) = words.next() {
            let key = match word {
                "dstport" => "port",
                "id" | "local" | "remote" | "group" => word,
                _ => {
                    self.known(word, words);
                    continue;
                }
            };
            let Some(found) = words.next() else { break };
            self.data.insert(key.to_owned(), value(found));
        }
    }

    /// `valid_lft 86399sec preferred_lft forever`, of the last address.
    fn lifetimes(&mut self, words: &mut Words<'_>) -> Result<(), String> {
        let valid = lifetime(words.next())?;
        words.next();
        let preferred = lifetime(words.next())?;
        let last = self.addresses.last_mut().and_then(Value::as_object_mut);
        let address = last.ok_or("it belongs to no address")?;
        address.insert("valid_life_time".into(), valid.into());
        address.insert("preferred_life_time".into(), preferred.into());
        Ok(())
    }

    fn finish(mut self) -> Value {
        for (key, data) in [("info_data", self.data), ("info_slave_data", self.port)] {
            if !data.is_empty() {
                self.kind.insert(key.into(), data.into());
            }
        }
        if !self.kind.is_empty() {
            self.object.insert("linkinfo".into(), self.kind.into());
        }
        let [rx, tx] = self.counters;
        if !rx.is_empty() || !tx.is_empty() {
            let counters = [("rx".to_owned(), rx.into()), ("tx".to_owned(), tx.into())];
            let counters: Object = counters.into_iter().collect();
            self.object.insert("stats64".into(), counters.into());
        }
        self.object.insert("altnames".into(), self.altnames.into());
        self.object
            .insert("addr_info".into(), self.addresses.into());
        self.object.into()
    }
}

/// The key of a word of a bridge, or of a port of one.
fn key_of(word: &str, port: bool) -> String {
    let renamed = RENAMED.iter().find(|(name, _)| *name == word);
    if let Some((_, key)) = renamed {
        return (*key).to_owned();
    }
    match word.strip_prefix("mcast_") {
        Some("router") if port => "multicast_router".to_owned(),
        Some("startup_query_count") => "mcast_startup_query_cnt".to_owned(),
        Some(_) => word.replace("_interval", "_intvl"),
        None => word.to_owned(),
    }
}

/// A time in seconds, as JSON has it.
fn lifetime(word: Option<&str>) -> Result<u32, String> {
    let word = word.unwrap_or_default();
    if word == "forever" {
        return Ok(u32::MAX);
    }
    let seconds = word.trim_end_matches("sec").parse();
    seconds.map_err(|_| format!("\"{word}\" is no time"))
}

/// `10.0.0.1/24 brd 10.0.0.255 scope global secondary eth0:1`, `10.0.0.1 peer 10.0.0.2/32 ...`.
fn address(family: &str, words: &mut Words<'_>) -> Result<Value, String> {
    let mut object = Object::new();
    object.insert("family".into(), family.into());
    let mut local = words.value(family)?;
    if words.take("peer") {
        object.insert("local".into(), local.into());
        local = words.value("peer")?;
    }
    let (addr, len) = local
        .split_once('/')
        .unwrap_or((local, if family == "inet" { "32" } else { "128" }));
    let key = if object.contains_key("local") {
        "address"
    } else {
        "local"
    };
    object.insert(key.into(), addr.into());
    object.insert("prefixlen".into(), value(len));
    while let Some(word) = words.next() {
        match word {
            "brd" => {
                object.insert("broadcast".into(), words.value(word)?.into());
            }
            "metric" | "scope" | "any" => {
                object.insert(word.into(), value(words.value(word)?));
            }
            "proto" => {
                object.insert("protocol".into(), words.value(word)?.into());
            }
            _ if FLAGS.contains(&word) => {
                object.insert(word.into(), true.into());
            }
            _ => {
                object.insert("label".into(), word.into());
            }
        }
    }
    Ok(object.into())
}
