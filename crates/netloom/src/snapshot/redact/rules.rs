//! Constants of rules: what they mean, what they are compared with says.

use super::Redaction;
use netloom_model::ipset::{IpSet, Part};
use netloom_model::ruleset::datatype::DataType;
use netloom_model::ruleset::expr::Expr;
use netloom_model::ruleset::set::{Element, ElementData, MapData};
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::value::{IFNAME, Value};
use netloom_model::ruleset::xt::{XtMatch, XtTarget};
use netloom_model::ruleset::{Ruleset, Table};
use netloom_model::{IpNet, MacAddr};
use std::net::IpAddr;

/// What the parts of a constant mean; none: nothing that is hidden.
type Types = Vec<Option<DataType>>;

fn types(of: &Expr) -> Types {
    match of {
        Expr::Concat(parts) => parts.iter().map(Expr::datatype).collect(),
        one => vec![one.datatype()],
    }
}

/// Where an address of either family stands, and a port behind it.
fn address() -> Types {
    vec![Some(DataType::Ipv4Addr), None]
}

impl Redaction {
    /// Looks at every constant of a ruleset.
    pub(super) fn ruleset(&mut self, ruleset: &mut Ruleset) {
        for table in &mut ruleset.tables {
            self.table(table);
        }
    }

    /// Looks at the devices that sets have.
    pub(super) fn ipsets(&mut self, sets: &mut [IpSet]) {
        let entries = sets.iter_mut().flat_map(|set| &mut set.entries);
        for part in entries.flat_map(|entry| &mut entry.parts) {
            match part {
                Part::Iface { name, wildcard, .. } if *wildcard => self.begin(name),
                Part::Iface { name, .. } => self.device(name),
                _ => {}
            }
        }
    }

    fn table(&mut self, table: &mut Table) {
        for flowtable in &mut table.flowtables {
            flowtable
                .devices
                .iter_mut()
                .for_each(|name| self.device(name));
        }
        for chain in &mut table.chains {
            let devices = chain.base.iter_mut().flat_map(|base| &mut base.devices);
            devices.for_each(|name| self.device(name));
            for rule in &mut chain.rules {
                self.statements(&mut rule.statements);
            }
        }
        for set in &mut table.sets {
            let keys: Types = set.key.iter().copied().map(Some).collect();
            let data = match &set.data {
                Some(MapData::Values(types)) => types.iter().copied().map(Some).collect(),
                _ => Types::new(),
            };
            for element in &mut set.elements {
                self.element(element, &keys, &data);
            }
        }
    }

    fn statements(&mut self, statements: &mut [Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &mut Statement) {
        let none = Types::new();
        match statement {
            Statement::Match { left, right, .. } => {
                let types = types(left);
                if matches!(left, Expr::Bits(..)) {
                    // What is left of an address under a mask is not one of a network.
                    self.keep(right);
                }
                self.expr(left, &none);
                self.expr(right, &types);
            }
            Statement::VerdictMap { key, map } => {
                let types = types(key);
                self.expr(map, &types);
            }
            Statement::Set { what, value } => {
                let types = types(what);
                self.expr(value, &types);
            }
            Statement::Nat(nat) => self.some(nat.address.as_mut(), &address()),
            Statement::Tproxy { address: to, .. } => self.some(to.as_mut(), &address()),
            Statement::Dup { to, device } => {
                self.some(to.as_mut(), &address());
                self.some(device.as_mut(), &vec![Some(DataType::IfName)]);
            }
            Statement::Forward { device, to, .. } => {
                self.expr(device, &vec![Some(DataType::IfName)]);
                self.some(to.as_mut(), &address());
            }
            Statement::Update {
                key,
                data,
                statements,
                ..
            } => {
                self.expr(key, &none);
                self.some(data.as_mut(), &none);
                self.statements(statements);
            }
            Statement::Log(log) => self.description(log.prefix.as_mut()),
            Statement::XtMatch(XtMatch::Physdev(physdev)) => {
                let ports = [&mut physdev.input, &mut physdev.output];
                for port in ports.into_iter().flatten() {
                    self.port(&mut port.is);
                }
            }
            Statement::XtTarget(XtTarget::Tee {
                device: Some(device),
                ..
            }) => self.device(device),
            Statement::XtTarget(XtTarget::Log { prefix, .. }) => {
                self.description(Some(prefix));
            }
            // Its words may say anything; that it is unknown is all that counts.
            Statement::Unknown(words) if !self.collects => {
                "a rule that is not known".clone_into(words);
            }
            _ => {}
        }
    }

    fn some(&mut self, expr: Option<&mut Expr>, types: &Types) {
        if let Some(expr) = expr {
            self.expr(expr, types);
        }
    }

    fn expr(&mut self, expr: &mut Expr, types: &Types) {
        let one = types.first().copied().flatten();
        match expr {
            Expr::Value(value) => self.value(value, one),
            Expr::Range(from, to) => self.range(from, to, one),
            Expr::Prefix(value, len) => self.prefix(value, *len, one),
            Expr::Concat(parts) => {
                for (part, of) in parts.iter_mut().zip(types) {
                    self.expr(part, &vec![*of]);
                }
            }
            Expr::Set(elements) => {
                for element in elements {
                    self.element(element, types, &Types::new());
                }
            }
            Expr::Map { key, map } => {
                let keys = self::types(key);
                if let Expr::Set(elements) = &mut **map {
                    for element in elements {
                        self.element(element, &keys, types);
                    }
                }
            }
            _ => {}
        }
    }

    fn element(&mut self, element: &mut Element, keys: &Types, data: &Types) {
        let mut none = Vec::new();
        let to = element.to.as_mut().unwrap_or(&mut none);
        self.pair(&mut element.from, to, keys);
        match &mut element.data {
            Some(ElementData::Value(values)) => self.pair(values, &mut Vec::new(), data),
            Some(ElementData::Range(from, to)) => self.pair(from, to, data),
            _ => {}
        }
        self.statements(&mut element.statements);
    }

    /// The parts of a constant, or of the two ends of a range.
    fn pair(&mut self, from: &mut [Value], to: &mut [Value], types: &Types) {
        for (at, from) in from.iter_mut().enumerate() {
            let of = types.get(at).copied().flatten();
            match to.get_mut(at) {
                Some(to) => self.range(from, to, of),
                None => self.value(from, of),
            }
        }
    }

    fn range(&mut self, from: &mut Value, to: &mut Value, of: Option<DataType>) {
        let (Some(low), Some(high)) = (ip(from, of), ip(to, of)) else {
            self.value(from, of);
            self.value(to, of);
            return;
        };
        if self.collects {
            self.addresses.range(low, high);
        } else {
            let (low, high) = self.addresses.ends(low, high);
            (*from, *to) = (low.into(), high.into());
        }
    }

    fn prefix(&mut self, value: &mut Value, len: u8, of: Option<DataType>) {
        if self.collects
            && let Some(addr) = ip(value, of)
        {
            self.addresses.net(IpNet::new(addr, len));
        }
        self.value(value, of);
    }

    fn keep(&mut self, right: &Expr) {
        if let (true, Expr::Value(value)) = (self.collects, right)
            && let Some(addr) = ip(value, Some(DataType::Ipv4Addr))
        {
            self.addresses.keep(addr);
        }
    }

    fn value(&mut self, value: &mut Value, of: Option<DataType>) {
        if let Some(addr) = ip(value, of) {
            if !self.collects {
                *value = match self.addresses.map(addr) {
                    IpAddr::V4(addr) => Value::new(addr.octets()),
                    IpAddr::V6(addr) => Value::new(addr.octets()),
                };
            }
            return;
        }
        match of {
            Some(DataType::EtherAddr) => {
                if let Ok(mac) = <[u8; 6]>::try_from(value.bytes()).map(MacAddr) {
                    match self.collects {
                        true => self.macs.add(mac),
                        false => *value = Value::new(self.mac(mac).0),
                    }
                }
            }
            Some(DataType::IfName) => self.ifname(value),
            _ => {}
        }
    }

    /// A name with all its zeros is whole; another is what names begin with.
    fn ifname(&mut self, value: &mut Value) {
        let bytes = value.bytes();
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        let Ok(mut name) = core::str::from_utf8(text).map(str::to_owned) else {
            return;
        };
        if bytes.len() == IFNAME {
            self.device(&mut name);
            *value = Value::ifname(&name);
        } else {
            self.begin(&name);
        }
    }

    /// A device's name.
    fn device(&mut self, name: &mut String) {
        if self.collects {
            self.devices.push(name.clone());
        } else if let Some(new) = self.names.get(name) {
            new.clone_into(name);
        }
    }

    /// What names of devices begin with, which stays.
    fn begin(&mut self, begin: &str) {
        if self.collects && !begin.is_empty() {
            self.names.begin(begin);
        }
    }

    /// A device's name as iptables writes it: behind what stands before a `+` it goes on.
    fn port(&mut self, name: &mut String) {
        match name.strip_suffix('+') {
            Some(begin) => self.begin(begin),
            None => self.device(name),
        }
    }

    fn description(&self, text: Option<&mut String>) {
        if let Some(text) = text.filter(|text| !self.collects && !text.is_empty()) {
            "redacted".clone_into(text);
        }
    }
}

/// The address that a constant is.
fn ip(value: &Value, of: Option<DataType>) -> Option<IpAddr> {
    if !matches!(of, Some(DataType::Ipv4Addr | DataType::Ipv6Addr)) {
        return None;
    }
    let bytes = value.bytes();
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}
