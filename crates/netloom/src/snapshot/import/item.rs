//! Objects of JSON as iproute2 prints them (ip(8), `-j`): what a key holds, read leniently: numbers stand
//! as texts too, and names stand for numbers where `-N` was not given.

use netloom_model::route::RouteType;
use netloom_model::{Family, IpNet, MacAddr, Scope};
use netloom_tools::ip::names;
use serde_json::Value;
use std::net::IpAddr;

/// An object.
#[derive(Clone, Copy)]
pub(super) struct Item<'a>(pub(super) &'a Value);

/// The types of routes, by their numbers, which count from 1.
const TYPES: [RouteType; 9] = [
    RouteType::Unicast,
    RouteType::Local,
    RouteType::Broadcast,
    RouteType::Anycast,
    RouteType::Multicast,
    RouteType::Blackhole,
    RouteType::Unreachable,
    RouteType::Prohibit,
    RouteType::Throw,
];

/// The JSON of a tool. iproute2 prints names and aliases as they are, and anybody may have chosen them: control
/// characters in a text, which JSON has not, are question marks.
///
/// # Errors
/// It is none.
pub(super) fn json(text: &str) -> Result<Value, String> {
    let (mut inside, mut escaped) = (false, false);
    let plain = |letter: char| {
        let shown = match inside && letter.is_control() {
            true => '?',
            false => letter,
        };
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = inside,
            '"' => inside = !inside,
            _ => {}
        }
        shown
    };
    let text: String = text.chars().map(plain).collect();
    serde_json::from_str(&text).map_err(|error| format!("it is no JSON: {error}"))
}

/// How many objects there are in some arrays. Of what iproute2 was not asked for it leaves objects without
/// anything in them.
pub(super) fn count<'a>(arrays: impl IntoIterator<Item = Item<'a>>) -> usize {
    let full = |item: &Item<'_>| item.0.as_object().is_none_or(|object| !object.is_empty());
    let each = arrays.into_iter().map(|array| Item::all(array.0));
    each.map(|items| items.filter(full).count()).sum()
}

/// A number, in words of ten digits or of sixteen.
fn number_of(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

impl<'a> Item<'a> {
    /// The items of an array.
    pub(super) fn all(value: &'a Value) -> impl Iterator<Item = Item<'a>> {
        value.as_array().into_iter().flatten().map(Item)
    }

    /// What is inside a key.
    pub(super) fn inside(self, key: &str) -> Item<'a> {
        const NOTHING: &Value = &Value::Null;
        Item(self.0.get(key).unwrap_or(NOTHING))
    }

    /// The items of a key's array.
    pub(super) fn each(self, key: &str) -> impl Iterator<Item = Item<'a>> {
        Item::all(self.inside(key).0)
    }

    pub(super) fn has(self, key: &str) -> bool {
        self.0.get(key).is_some()
    }

    pub(super) fn text(self, key: &str) -> Option<&'a str> {
        self.0.get(key)?.as_str()
    }

    pub(super) fn u64(self, key: &str) -> Option<u64> {
        let value = self.0.get(key)?;
        value.as_u64().or_else(|| number_of(value.as_str()?))
    }

    pub(super) fn u32(self, key: &str) -> Option<u32> {
        self.u64(key)?.try_into().ok()
    }

    pub(super) fn u16(self, key: &str) -> Option<u16> {
        self.u64(key)?.try_into().ok()
    }

    pub(super) fn u8(self, key: &str) -> Option<u8> {
        self.u64(key)?.try_into().ok()
    }

    /// Whether it is on: true, or a number but 0.
    pub(super) fn on(self, key: &str) -> bool {
        let value = self.0.get(key).and_then(Value::as_bool);
        value.unwrap_or_else(|| self.u64(key).is_some_and(|number| number != 0))
    }

    /// Whether a word stands in a list of words (`flags`).
    pub(super) fn lists(self, key: &str, word: &str) -> bool {
        self.each(key).any(|item| item.0.as_str() == Some(word))
    }

    pub(super) fn ip(self, key: &str) -> Option<IpAddr> {
        self.text(key)?.parse().ok()
    }

    pub(super) fn mac(self, key: &str) -> Option<MacAddr> {
        self.text(key)?.parse().ok()
    }

    /// Seconds with two places, as centiseconds.
    pub(super) fn centiseconds(self, key: &str) -> u32 {
        let seconds = self.0.get(key).and_then(Value::as_f64).unwrap_or(0.0);
        (seconds * 100.0).round() as u32
    }

    /// A prefix: `default`, `10.0.0.0/8`, or an address, which is one of all its bits.
    pub(super) fn prefix(self, key: &str, family: Family) -> Option<IpNet> {
        let text = self.text(key)?;
        if matches!(text, "default" | "all" | "any") {
            return Some(IpNet::default_of(family));
        }
        let (addr, len) = match text.split_once('/') {
            Some((addr, len)) => (addr.parse().ok()?, len.parse().ok()?),
            None => {
                let addr: IpAddr = text.parse().ok()?;
                (addr, Family::of(addr).bits())
            }
        };
        (len <= Family::of(addr).bits()).then(|| IpNet::new(addr, len))
    }

    /// A number that may be told by a name.
    fn named<T: TryFrom<u64>>(self, key: &str, name: fn(&str) -> Option<T>) -> Option<T> {
        let of_text = self.text(key).and_then(name);
        of_text.or_else(|| self.u64(key)?.try_into().ok())
    }

    pub(super) fn table(self, key: &str) -> Option<u32> {
        self.named(key, names::table)
    }

    pub(super) fn protocol(self, key: &str) -> Option<u8> {
        self.named(key, names::protocol)
    }

    pub(super) fn scope(self, key: &str) -> Option<Scope> {
        self.named(key, names::scope).map(Scope)
    }

    /// A type of service, whose numbers have sixteen digits.
    pub(super) fn class(self, key: &str) -> Option<u8> {
        self.named(key, names::dsfield)
    }

    /// A protocol above IP.
    pub(super) fn ip_protocol(self, key: &str) -> Option<u8> {
        self.named(key, names::ip_protocol)
    }

    /// The type of a route, by its name or by its number.
    pub(super) fn route_type(self, key: &str) -> Option<RouteType> {
        let number = names::route_type(self.text(key)?)?;
        TYPES.get(usize::from(number).checked_sub(1)?).copied()
    }
}
