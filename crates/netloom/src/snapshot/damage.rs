//! Damage to what is read, for tests: the same each time.

use serde_json::Value;

/// Draws damage from a seed (xorshift, Marsaglia 2003).
pub(crate) struct Damage(u64);

impl Damage {
    pub(crate) const fn new(seed: u64) -> Damage {
        Damage(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// How many rounds are played: as many as `NETLOOM_CASES` says.
    pub(crate) fn rounds(default: usize) -> usize {
        let told = std::env::var("NETLOOM_CASES").ok();
        told.and_then(|told| told.parse().ok()).unwrap_or(default)
    }

    pub(crate) const fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        if limit == 0 {
            0
        } else {
            (self.0 >> 11) as usize % limit
        }
    }

    /// Damages one value somewhere inside.
    pub(crate) fn value(&mut self, value: &mut Value) {
        let inside = match value {
            Value::Array(items) if !items.is_empty() && self.below(30) > 0 => {
                let at = self.below(items.len());
                Some(&mut items[at])
            }
            Value::Object(fields) if !fields.is_empty() && self.below(400) > 0 => {
                let at = self.below(fields.len());
                fields.values_mut().nth(at)
            }
            _ => None,
        };
        match inside {
            Some(inside) => self.value(inside),
            None => self.here(value),
        }
    }

    fn here(&mut self, value: &mut Value) {
        const NUMBERS: [u64; 8] = [0, 1, 2, 7, 32, 200, 65_535, u32::MAX as u64];
        *value = match value.take() {
            Value::Number(number) => match (self.below(3), number.as_u64()) {
                (0, Some(number)) => number.wrapping_add(1).into(),
                (1, Some(number)) => (number / 2).into(),
                _ => NUMBERS[self.below(NUMBERS.len())].into(),
            },
            Value::Bool(is) => (!is).into(),
            Value::String(text) => self.like(&text).into(),
            Value::Array(mut items) if !items.is_empty() => {
                let (from, to) = (self.below(items.len()), self.below(items.len()));
                match self.below(4) {
                    0 => drop(items.remove(from)),
                    1 => items.insert(to, items[from].clone()),
                    2 => items.swap(from, to),
                    _ => items.clear(),
                }
                items.into()
            }
            Value::Object(mut fields) if !fields.is_empty() => {
                let at = self.below(fields.len());
                let key = fields.keys().nth(at).cloned().unwrap_or_default();
                fields.remove(&key);
                fields.into()
            }
            _ => 1.into(),
        };
    }

    /// A text of the same kind, mostly.
    fn like(&mut self, text: &str) -> &'static str {
        const ADDRESSES: [&str; 5] = [
            "0.0.0.0",
            "10.0.0.1",
            "10.0.0.2",
            "127.0.0.1",
            "255.255.255.255",
        ];
        const ADDRESSES6: [&str; 4] = ["::", "fd00::2", "fe80::1", "ff02::1"];
        const MACS: [&str; 3] = [
            "00:00:00:00:00:00",
            "ff:ff:ff:ff:ff:ff",
            "02:00:00:00:00:33",
        ];
        const TEXTS: [&str; 8] = ["", "lo", "br0", "v0", "web", "no_such", "a\nb", "drop"];
        let kind: &[&str] = match text.parse::<std::net::IpAddr>() {
            _ if self.below(20) == 0 => &TEXTS,
            Ok(addr) if addr.is_ipv4() => &ADDRESSES,
            Ok(_) => &ADDRESSES6,
            Err(_) if text.len() == 17 && text.contains(':') => &MACS,
            Err(_) => &TEXTS,
        };
        kind[self.below(kind.len())]
    }

    /// Damages a text: its bytes, words or lines.
    pub(crate) fn text(&mut self, text: &str) -> Vec<u8> {
        let mut lines: Vec<Vec<u8>> = text
            .split('\n')
            .map(|line| line.as_bytes().to_vec())
            .collect();
        for _ in 0..=self.below(3) {
            let at = self.below(lines.len());
            let other = lines[self.below(lines.len())].clone();
            let line = &mut lines[at];
            let place = self.below(line.len().max(1)).min(line.len());
            match self.below(7) {
                0 => *line = other,
                1 => line.truncate(place),
                2 => line.insert(
                    place,
                    [0, b' ', b'/', b'{', 0xff, b'9', b':', b'"'][self.below(8)],
                ),
                3 => line.splice(place.., other).for_each(drop),
                4 => line.clear(),
                5 => {
                    let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
                    let mut words: Vec<Vec<u8>> = words.into_iter().map(<[u8]>::to_vec).collect();
                    words.remove(self.below(words.len()));
                    *line = words.join(&b' ');
                }
                _ => line.extend(b" 99999999999999999999"),
            }
        }
        lines.join(&b'\n')
    }

    /// Damages bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len().max(1));
            match self.below(4) {
                0 => bytes.truncate(at),
                _ if bytes.is_empty() => {}
                _ => bytes[at] = self.below(256) as u8,
            }
        }
        bytes
    }
}
