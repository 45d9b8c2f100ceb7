//! Changes of the rules as they are told: by `nft monitor`, and by `nft -e` of its own (nft(8), MONITOR).

use super::constant::Devices;
use super::json;
use super::list::{Listing, Options};
use super::object;
use netloom_model::Time;
use netloom_model::ruleset::event::{EventAbout, EventVerb, RulesetEvent, RulesetEvents};
use netloom_model::ruleset::object::ObjectBody;
use netloom_model::ruleset::{Backend, Object, Ruleset, Set, Table, TableRef};

/// Tells of changes; what sets there are it learns as it goes.
pub(super) struct Teller<'a> {
    pub(super) known: Ruleset,
    pub(super) devices: &'a Devices,
    pub(super) options: Options,
}

impl Teller<'_> {
    /// What is told of one step at a moment.
    pub(super) fn tell(&mut self, event: &RulesetEvent, now: Time) -> String {
        let table = self.table(&event.table, event);
        let options = Options {
            now,
            ..self.options
        };
        if options.json {
            return json::event(event, &table, self.devices, options);
        }
        let listing = Listing {
            devices: self.devices,
            options,
        };
        let place = format!("{} {}", table.family.name(), table.name);
        words(event, &listing, &table, &place) + "\n"
    }

    /// The table of a step, with the sets that are known of it.
    fn table(&mut self, name: &TableRef, event: &RulesetEvent) -> Table {
        let at = match self.known.tables.iter().position(|table| table.is(name)) {
            Some(at) => at,
            None => {
                self.known.tables.push(empty(name));
                self.known.tables.len() - 1
            }
        };
        let table = &mut self.known.tables[at];
        if let EventAbout::Set(set) = &event.about {
            table.sets.retain(|other| other.name != set.name);
            table.sets.push((**set).clone());
        }
        if let EventAbout::Table {
            dormant, handle, ..
        } = &event.about
        {
            (table.dormant, table.handle) = (*dormant, *handle);
        }
        Table {
            chains: Vec::new(),
            ..table.clone()
        }
    }
}

/// A table of which nothing is known.
fn empty(name: &TableRef) -> Table {
    Table {
        family: name.family,
        name: name.name.clone(),
        backend: Backend::Nft,
        handle: 0,
        dormant: false,
        comment: None,
        chains: Vec::new(),
        sets: Vec::new(),
        objects: Vec::new(),
        flowtables: Vec::new(),
    }
}

/// The line of a step.
fn words(event: &RulesetEvent, listing: &Listing<'_>, table: &Table, place: &str) -> String {
    let verb = event.verb.name();
    let gone = event.verb == EventVerb::Delete;
    match &event.about {
        EventAbout::Table {
            dormant, handle, ..
        } => {
            let flags = match dormant {
                true if !gone => " { flags dormant; }",
                _ => "",
            };
            format!("{verb} table {place}{flags}{}", listing.handle(*handle))
        }
        EventAbout::Chain { chain, .. } if gone => {
            format!("{verb} chain {place} {}", chain.name)
        }
        EventAbout::Chain { chain, .. } => {
            let base = match &chain.base {
                Some(base) => format!(" {{ {} }}", listing.base(table.family, base)),
                None => String::new(),
            };
            let handle = listing.handle(chain.handle);
            format!("{verb} chain {place} {}{base}{handle}", chain.name)
        }
        EventAbout::Rule { chain, rule, .. } if gone => {
            format!("{verb} rule {place} {chain} handle {}", rule.handle)
        }
        EventAbout::Rule {
            chain,
            rule,
            behind,
        } => {
            let behind = behind.map_or_else(String::new, |handle| format!(" handle {handle}"));
            let style = listing.style(table);
            let rule = style.rule(rule);
            format!("{verb} rule {place} {chain}{behind} {rule}")
        }
        EventAbout::Set(set) if gone => format!("{verb} set {place} {}", set.name),
        EventAbout::Set(set) => {
            let word = if set.data.is_some() { "map" } else { "set" };
            let handle = listing.handle(set.handle);
            let lines: String = lines_of(listing, table, set);
            format!("{verb} {word} {place} {} {{{handle}{lines} }} ", set.name)
        }
        EventAbout::Element(set, element) => {
            let element = listing.one_element(table, set, element);
            format!("{verb} element {place} {} {{ {element} }}", set.name)
        }
        EventAbout::Object(object) => {
            let kind = object.body.kind().name();
            let head = format!("{verb} {kind} {place} {}", object.name);
            match gone {
                true => head,
                false => format!(
                    "{head} {{{}{} }} ",
                    listing.handle(object.handle),
                    of_object(object, listing.options.stateless)
                ),
            }
        }
    }
}

/// What is said of a set, each with its end.
fn lines_of(listing: &Listing<'_>, table: &Table, set: &Set) -> String {
    let lines = listing.set_lines(table, set);
    lines.into_iter().map(|line| format!(" {line};")).collect()
}

/// What is said of an object, in one line.
fn of_object(object: &Object, stateless: bool) -> String {
    let mut text = match &object.comment {
        Some(comment) => format!(" comment \"{comment}\""),
        None => String::new(),
    };
    let lines = object::lines(object, stateless);
    text += &match &object.body {
        ObjectBody::CtHelper { .. }
        | ObjectBody::CtTimeout { .. }
        | ObjectBody::CtExpectation { .. } => {
            lines.iter().map(|line| format!(" {line};")).collect()
        }
        // One of the two flags leaves the place of the other.
        ObjectBody::Synproxy(proxy) => {
            let gap = match (proxy.timestamp, proxy.sack_perm) {
                (true, false) => " ",
                _ => "",
            };
            format!(" {}{gap};", lines.join(" "))
        }
        _ => lines.iter().map(|line| format!(" {line}")).collect(),
    };
    text
}

/// What was done, of all that is told of what a command did itself (`-e`).
pub(super) fn of_echo(events: &RulesetEvents) -> impl Iterator<Item = &RulesetEvent> {
    let all = events.events.iter();
    all.filter(|event| event.verb != EventVerb::Delete)
}
