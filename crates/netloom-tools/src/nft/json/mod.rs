//! Listings as JSON (libnftables-json(5)), key by key in the order in which nftables 1.0.6 writes them.

mod expr;
mod read;
mod read_expr;
mod read_statement;
mod statement;
mod value;

use super::constant::Devices;
use super::list::{self, Options, named};
use super::object::policy_in_order;
use super::parser::{List, Listed};
use super::print::{Style, time_word, units};
use super::source::Read;
use crate::ip::protocol_names::PROTOCOL_NAMES;
use netloom_model::ruleset::event::{EventAbout, EventVerb, RulesetEvent};
use netloom_model::ruleset::object::{Flowtable, Object, ObjectBody};
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::{Chain, DataType, Element, Rule, Set, Table};
pub(super) use read::commands;
use value::Json;

/// What a listing prints.
pub(super) fn list(
    list: &List,
    tables: &[&Table],
    devices: &Devices,
    options: Options,
) -> Read<String> {
    let mut found = Vec::new();
    for table in tables {
        let writer = Writer::of(table, devices, options);
        writer.listing(list, &mut found)?;
    }
    Ok(document(found))
}

/// One step of what changes, in a line.
pub(super) fn event(
    event: &RulesetEvent,
    table: &Table,
    devices: &Devices,
    options: Options,
) -> String {
    let writer = Writer::of(table, devices, options);
    let gone = event.verb == EventVerb::Delete;
    let what = match &event.about {
        EventAbout::Table { .. } => writer.table(),
        EventAbout::Chain { chain, .. } if gone => writer.chain(&Chain {
            base: None,
            ..(**chain).clone()
        }),
        EventAbout::Chain { chain, .. } => writer.chain(chain),
        EventAbout::Rule { chain, rule, .. } => writer.rule(chain, rule),
        EventAbout::Set(set) if gone => {
            let mut body = Json::object([
                ("family", Json::text(table.family.name())),
                ("name", Json::text(&set.name)),
                ("table", Json::text(&table.name)),
                ("type", Json::text("invalid")),
            ]);
            body.put("handle", Json::Number(u128::from(set.handle)));
            Json::of("set", body)
        }
        EventAbout::Set(set) => writer.set(set),
        EventAbout::Element(set, element) => writer.element(set, element),
        EventAbout::Object(object) => writer.object(object),
    };
    let mut text = String::new();
    Json::of(event.verb.name(), what).write(&mut text);
    text + "\n"
}

/// A document of these commands or objects.
fn document(found: Vec<Json>) -> String {
    let mut all = vec![Json::of(
        "metainfo",
        Json::object([
            ("version", Json::text("1.0.6")),
            ("release_name", Json::text("Lester Gooch #5")),
            ("json_schema_version", Json::Number(1)),
        ]),
    )];
    all.extend(found);
    let mut text = String::new();
    Json::of("nftables", Json::List(all)).write(&mut text);
    text + "\n"
}

/// Writes what is in a table.
pub(super) struct Writer<'a> {
    table: &'a Table,
    style: Style<'a>,
    terse: bool,
}

impl<'a> Writer<'a> {
    fn of(table: &'a Table, devices: &'a Devices, options: Options) -> Writer<'a> {
        Writer {
            table,
            terse: options.terse,
            style: Style {
                numeric: options.numeric,
                handles: false,
                stateless: options.stateless,
                devices,
                family: table.family,
                sets: &table.sets,
                now: options.now,
            },
        }
    }

    fn listing(&self, list: &List, found: &mut Vec<Json>) -> Read<()> {
        let table = self.table;
        match list.what {
            Listed::Tables => found.push(self.table()),
            Listed::Ruleset | Listed::Table => {
                found.push(self.table());
                found.extend(table.objects.iter().map(|o| self.object(o)));
                let sets = table.sets.iter().filter(|set| !set.meter);
                found.extend(sets.map(|set| self.set(set)));
                found.extend(table.flowtables.iter().map(|f| self.flowtable(f)));
                found.extend(table.chains.iter().map(|chain| self.chain(chain)));
                for chain in &table.chains {
                    found.extend(chain.rules.iter().map(|rule| self.rule(&chain.name, rule)));
                }
            }
            Listed::Chains => found.extend(table.chains.iter().map(|chain| self.chain(chain))),
            Listed::Chain => {
                if let Some(chain) = named(list, |name| table.chain(name))? {
                    found.push(self.chain(chain));
                    found.extend(chain.rules.iter().map(|rule| self.rule(&chain.name, rule)));
                }
            }
            Listed::Sets | Listed::Maps => {
                let maps = list.what == Listed::Maps;
                let sets = table.sets.iter().filter(|set| !set.meter);
                let sets = sets.filter(|set| set.data.is_some() == maps);
                found.extend(sets.map(|set| self.set(set)));
            }
            Listed::Meters => {
                let meters = table.sets.iter().filter(|set| set.meter);
                found.extend(meters.map(|set| self.set(set)));
            }
            Listed::Set | Listed::Map | Listed::Meter => {
                let such = list::such_set(list.what);
                let find = |name: &str| table.set(name).filter(|set| such(set));
                found.extend(named(list, find)?.map(|set| self.set(set)));
            }
            Listed::Objects(kind) => {
                let objects = table.objects.iter().filter(|o| o.body.kind() == kind);
                found.extend(objects.map(|object| self.object(object)));
            }
            Listed::Object(kind) => {
                let find = |name: &str| {
                    let mut all = table.objects.iter();
                    all.find(|o| o.body.kind() == kind && o.name == name)
                };
                found.extend(named(list, find)?.map(|object| self.object(object)));
            }
            Listed::Flowtables => {
                found.extend(table.flowtables.iter().map(|f| self.flowtable(f)));
            }
            Listed::Flowtable => {
                let find = |name: &str| table.flowtables.iter().find(|f| f.name == name);
                found.extend(named(list, find)?.map(|f| self.flowtable(f)));
            }
            Listed::Nothing => {}
        }
        Ok(())
    }

    fn table(&self) -> Json {
        let mut body = Json::object([
            ("family", Json::text(self.table.family.name())),
            ("name", Json::text(&self.table.name)),
            ("handle", Json::Number(u128::from(self.table.handle))),
        ]);
        if self.table.dormant {
            body.put("flags", Json::text("dormant"));
        }
        Json::of("table", body)
    }

    /// What everything that has a name in a table begins with.
    fn head(&self, name: &str, handle: u64) -> Json {
        Json::object([
            ("family", Json::text(self.table.family.name())),
            ("name", Json::text(name)),
            ("table", Json::text(&self.table.name)),
            ("handle", Json::Number(u128::from(handle))),
        ])
    }

    fn chain(&self, chain: &Chain) -> Json {
        let mut body = Json::object([
            ("family", Json::text(self.table.family.name())),
            ("table", Json::text(&self.table.name)),
            ("name", Json::text(&chain.name)),
            ("handle", Json::Number(u128::from(chain.handle))),
        ]);
        if let Some(base) = &chain.base {
            body.put("type", Json::text(base.kind.name()));
            body.put("hook", Json::text(base.hook.name()));
            body.put("prio", Json::Signed(i64::from(base.priority)));
            let devices: Vec<Json> = base.devices.iter().map(Json::text).collect();
            if !devices.is_empty() {
                body.put("dev", Json::one_or_list(devices));
            }
            body.put("policy", Json::text(base.policy.name()));
        }
        Json::of("chain", body)
    }

    fn rule(&self, chain: &str, rule: &Rule) -> Json {
        let mut body = Json::object([
            ("family", Json::text(self.table.family.name())),
            ("table", Json::text(&self.table.name)),
            ("chain", Json::text(chain)),
            ("handle", Json::Number(u128::from(rule.handle))),
        ]);
        if let Some(comment) = &rule.comment {
            body.put("comment", Json::text(comment));
        }
        let statements = rule.statements.iter();
        let statements = statements.flat_map(|statement| self.style.statements_json(statement));
        body.put("expr", Json::List(statements.collect()));
        Json::of("rule", body)
    }

    fn set(&self, set: &Set) -> Json {
        let names = |types: &[DataType]| {
            let names: Vec<&str> = types.iter().map(|ty| ty.name()).collect();
            names.join(" . ")
        };
        let key: Vec<Json> = set.key.iter().map(|ty| Json::text(ty.name())).collect();
        let mut body = Json::object([
            ("family", Json::text(self.table.family.name())),
            ("name", Json::text(&set.name)),
            ("table", Json::text(&self.table.name)),
            ("type", Json::one_or_list(key)),
            ("handle", Json::Number(u128::from(set.handle))),
        ]);
        match &set.data {
            Some(MapData::Verdicts) => body.put("map", Json::text("verdict")),
            Some(MapData::Objects(kind)) => body.put("map", Json::text(kind.name())),
            Some(MapData::Values(types)) => body.put("map", Json::text(names(types))),
            None => {}
        }
        if let Some(comment) = &set.comment {
            body.put("comment", Json::text(comment));
        }
        if set.memory {
            body.put("policy", Json::text("memory"));
        }
        if let Some(size) = set.size {
            body.put("size", Json::Number(u128::from(size)));
        }
        let flags = [
            (set.flags.constant, "constant"),
            (set.flags.interval, "interval"),
            (set.flags.timeout, "timeout"),
        ];
        let flags = flags.into_iter().filter(|(there, _)| *there);
        let flags: Vec<Json> = flags.map(|(_, name)| Json::text(name)).collect();
        if !flags.is_empty() {
            body.put("flags", Json::List(flags));
        }
        if let Some(timeout) = set.timeout {
            body.put("timeout", Json::Number(u128::from(timeout / 1000)));
        }
        if let Some(interval) = set.gc_interval {
            body.put("gc-interval", Json::Number(u128::from(interval / 1000)));
        }
        if !set.elements.is_empty() && !self.terse {
            body.put("elem", Json::List(self.elements(set)));
        }
        if !set.statements.is_empty() {
            let bare = Style {
                stateless: true,
                ..self.style
            };
            let statements = set.statements.iter();
            let statements = statements.map(|statement| bare.statement_json(statement));
            body.put("stmt", Json::List(statements.collect()));
        }
        let word = match (set.meter, &set.data) {
            (true, _) => "meter",
            (false, Some(_)) => "map",
            (false, None) => "set",
        };
        Json::of(word, body)
    }

    fn elements(&self, set: &Set) -> Vec<Json> {
        let elements = list::sorted(set).into_iter();
        elements
            .map(|element| self.one_element(set, element))
            .collect()
    }

    fn one_element(&self, set: &Set, element: &Element) -> Json {
        let data = match &set.data {
            Some(MapData::Values(types)) => types.clone(),
            _ => Vec::new(),
        };
        let own = Element {
            timeout: element.timeout.filter(|own| Some(*own) != set.timeout),
            ..element.clone()
        };
        self.style.element_json(&set.key, &own, &data)
    }

    /// An element with where it is.
    fn element(&self, set: &Set, element: &Element) -> Json {
        let elements = Json::List(vec![self.one_element(set, element)]);
        let body = Json::object([
            ("family", Json::text(self.table.family.name())),
            ("table", Json::text(&self.table.name)),
            ("name", Json::text(&set.name)),
            ("elem", Json::of("set", elements)),
        ]);
        Json::of("element", body)
    }

    fn object(&self, object: &Object) -> Json {
        let mut body = self.head(&object.name, object.handle);
        if let Some(comment) = &object.comment {
            body.put("comment", Json::text(comment));
        }
        let number = |number: u64| Json::Number(u128::from(number));
        let protocol = |number: &u8| Json::text(PROTOCOL_NAMES.name(u32::from(*number), false));
        match &object.body {
            ObjectBody::Counter(counter) => {
                body.put("packets", number(counter.packets));
                body.put("bytes", number(counter.bytes));
            }
            ObjectBody::Quota(quota) => {
                body.put("bytes", number(quota.bytes));
                body.put("used", number(quota.used));
                body.put("inv", Json::Bool(quota.over));
            }
            ObjectBody::Limit(limit) => {
                let (rate, unit) = if limit.bytes {
                    units(limit.rate)
                } else {
                    (limit.rate, "packets")
                };
                body.put("rate", number(rate));
                body.put("per", Json::text(time_word(limit)));
                if limit.over {
                    body.put("inv", Json::Bool(true));
                }
                if limit.bytes {
                    body.put("rate_unit", Json::text(unit));
                }
                let (burst, unit) = match limit.bytes {
                    true => units(u64::from(limit.burst)),
                    false => (u64::from(limit.burst), "packets"),
                };
                body.put("burst", number(burst));
                if limit.bytes {
                    body.put("burst_unit", Json::text(unit));
                }
            }
            ObjectBody::CtHelper {
                helper,
                protocol: of,
                l3proto,
            } => {
                body.put("type", Json::text(helper));
                body.put("protocol", protocol(of));
                body.put("l3proto", Json::text(l3proto.name()));
            }
            ObjectBody::CtTimeout {
                protocol: of,
                l3proto,
                policy,
            } => {
                body.put("protocol", protocol(of));
                body.put("l3proto", Json::text(l3proto.name()));
                let mut times = Json::Object(Vec::new());
                for (state, seconds) in policy_in_order(*of, policy) {
                    times.put(state, number(u64::from(seconds)));
                }
                let none = matches!(&times, Json::Object(all) if all.is_empty());
                body.put("policy", if none { Json::Null } else { times });
            }
            ObjectBody::CtExpectation {
                protocol: of,
                l3proto,
                dport,
                timeout,
                size,
            } => {
                body.put("protocol", protocol(of));
                body.put("dport", number(u64::from(*dport)));
                body.put("timeout", number(u64::from(*timeout)));
                body.put("size", number(u64::from(*size)));
                body.put("l3proto", Json::text(l3proto.name()));
            }
            ObjectBody::Synproxy(proxy) => statement::put_synproxy(&mut body, proxy),
            ObjectBody::Secmark(label) => body.put("context", Json::text(label)),
        }
        Json::of(object.body.kind().name(), body)
    }

    fn flowtable(&self, flowtable: &Flowtable) -> Json {
        let mut body = self.head(&flowtable.name, flowtable.handle);
        body.put("hook", Json::text("ingress"));
        body.put("prio", Json::Signed(i64::from(flowtable.priority)));
        let devices: Vec<Json> = flowtable.devices.iter().map(Json::text).collect();
        if !devices.is_empty() {
            body.put("dev", Json::one_or_list(devices));
        }
        Json::of("flowtable", body)
    }
}
