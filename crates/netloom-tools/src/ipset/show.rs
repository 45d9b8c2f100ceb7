//! Sets as they are listed, saved, and told in XML.

use super::element;
use super::line::{Command, Line, Output};
use core::fmt::Write;
use netloom_model::Family;
use netloom_model::ipset::{Dimension, Entry, IpSet, Kind, Method, Part, Range};

/// All sets, as the line asks for them.
pub(super) fn all(sets: &[IpSet], output: Output, line: &Line) -> String {
    if line.names && line.command == Command::List {
        return names(sets, output);
    }
    let each = sets.iter();
    match output {
        Output::Plain => {
            let texts: Vec<String> = each.map(|set| plain(set, line.terse)).collect();
            texts.join("\n")
        }
        Output::Save => each.map(save).collect(),
        Output::Xml => {
            let texts: String = each.map(|set| xml(set, line.terse)).collect();
            format!("<ipsets>\n{texts}</ipsets>\n")
        }
    }
}

fn names(sets: &[IpSet], output: Output) -> String {
    let names = sets.iter().map(|set| &set.name);
    match output {
        Output::Xml => {
            let each: String = names
                .map(|name| format!("<ipset name=\"{name}\"/>\n"))
                .collect();
            format!("<ipsets>\n{each}</ipsets>\n")
        }
        _ => names.map(|name| format!("{name}\n")).collect(),
    }
}

/// What a set was made with: words, with their values where they have one.
fn header(set: &IpSet) -> Vec<(&'static str, Option<String>)> {
    let options = &set.options;
    let mut all = Vec::new();
    let mut say = |word, value: Option<String>| all.push((word, value));
    if set.kind.has_family() {
        let family = match set.family {
            Some(Family::V6) => "inet6",
            _ => "inet",
        };
        say("family", Some(family.to_owned()));
    }
    if let Some(mask) = options.markmask.filter(|_| set.kind.has(Dimension::Mark)) {
        say("markmask", Some(format!("{mask:#010x}")));
    }
    if set.kind.method() == Method::Hash {
        say("hashsize", Some(options.hashsize.to_string()));
        say("maxelem", Some(options.maxelem.to_string()));
    }
    match options.range {
        Some(Range::Addresses(first, last)) => say("range", Some(format!("{first}-{last}"))),
        Some(Range::Ports(first, last)) => say("range", Some(format!("{first}-{last}"))),
        None => {}
    }
    if set.kind.method() == Method::List {
        say("size", Some(options.size.to_string()));
    }
    // Of the kinds that got masks later they are told last.
    let late = set.kind.takes_mask() && set.kind != Kind::HashIp;
    let masks = [
        ("netmask", options.netmask.map(|len| len.to_string())),
        ("bitmask", options.bitmask.map(|mask| mask.to_string())),
    ];
    let masks = masks.into_iter().filter(|(_, value)| value.is_some());
    let (before, behind): (Vec<_>, Vec<_>) = masks.partition(|_| !late);
    for (word, value) in before {
        say(word, value);
    }
    if let Some(timeout) = options.timeout {
        say("timeout", Some(timeout.to_string()));
    }
    for (word, given) in [
        ("counters", options.counters),
        ("comment", options.comment),
        ("skbinfo", options.skbinfo),
    ] {
        if given {
            say(word, None);
        }
    }
    if set.kind.method() == Method::Hash {
        say("bucketsize", Some(options.bucketsize.to_string()));
        say("initval", Some(format!("{:#010x}", options.initval)));
    }
    all.extend(behind);
    all
}

/// What an element has beside its parts.
fn extras(entry: &Entry) -> Vec<(&'static str, Option<String>)> {
    let mut all = Vec::new();
    let mut say = |word, value: Option<String>| all.push((word, value));
    if let Some(timeout) = entry.timeout {
        say("timeout", Some(timeout.to_string()));
    }
    if entry.nomatch {
        say("nomatch", None);
    }
    let wildcard = |part: &Part| matches!(part, Part::Iface { wildcard: true, .. });
    if entry.parts.iter().any(wildcard) {
        say("wildcard", None);
    }
    if let Some(counter) = entry.counter {
        say("packets", Some(counter.packets.to_string()));
        say("bytes", Some(counter.bytes.to_string()));
    }
    if let Some(comment) = entry.comment.as_ref().filter(|comment| !comment.is_empty()) {
        say("comment", Some(format!("\"{comment}\"")));
    }
    if let Some((mark, mask)) = entry.skb.mark {
        let mask = if mask == u32::MAX {
            String::new()
        } else {
            format!("/{mask:#x}")
        };
        say("skbmark", Some(format!("{mark:#x}{mask}")));
    }
    if let Some((major, minor)) = entry.skb.prio {
        say("skbprio", Some(format!("{major:x}:{minor:x}")));
    }
    if let Some(queue) = entry.skb.queue {
        say("skbqueue", Some(queue.to_string()));
    }
    all
}

fn words(pairs: &[(&'static str, Option<String>)]) -> String {
    let mut text = String::new();
    for (word, value) in pairs {
        let _ = write!(text, " {word}");
        if let Some(value) = value {
            let _ = write!(text, " {value}");
        }
    }
    text
}

/// About how many bytes a set takes.
fn memory(set: &IpSet) -> u64 {
    let (empty, each) = set.kind.memory();
    u64::from(empty) + u64::from(each) * set.entries.len() as u64
}

fn plain(set: &IpSet, terse: bool) -> String {
    let mut text = format!(
        "Name: {}\nType: {}\nRevision: {}\nHeader:{}\nSize in memory: {}\nReferences: {}\n\
         Number of entries: {}\n",
        set.name,
        set.kind,
        set.kind.revision(),
        words(&header(set)),
        memory(set),
        set.references,
        set.entries.len()
    );
    if terse {
        return text;
    }
    text.push_str("Members:\n");
    for entry in &set.entries {
        let _ = writeln!(
            text,
            "{}{}",
            element::show(entry, set),
            words(&extras(entry))
        );
    }
    text
}

fn save(set: &IpSet) -> String {
    let mut text = format!("create {} {}{}\n", set.name, set.kind, words(&header(set)));
    for entry in &set.entries {
        let shown = element::show(entry, set);
        let _ = writeln!(text, "add {} {shown}{}", set.name, words(&extras(entry)));
    }
    text
}

fn tags(pairs: &[(&'static str, Option<String>)]) -> String {
    let tag = |(word, value): &(&str, Option<String>)| match value {
        Some(value) => format!("<{word}>{value}</{word}>"),
        None => format!("<{word}/>"),
    };
    pairs.iter().map(tag).collect()
}

fn xml(set: &IpSet, terse: bool) -> String {
    let mut text = format!(
        "<ipset name=\"{}\">\n<type>{}</type>\n<revision>{}</revision>\n<header>{}\n\
         <memsize>{}</memsize>\n<references>{}</references>\n<numentries>{}</numentries>\n\
         </header>\n",
        set.name,
        set.kind,
        set.kind.revision(),
        tags(&header(set)),
        memory(set),
        set.references,
        set.entries.len()
    );
    if !terse {
        text.push_str("<members>\n");
        for entry in &set.entries {
            let shown = element::show(entry, set);
            let extras = tags(&extras(entry));
            let _ = writeln!(text, "<member><elem>{shown}</elem>{extras}</member>");
        }
        text.push_str("</members>\n");
    }
    text + "</ipset>\n"
}
