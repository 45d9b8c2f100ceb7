//! Named sets and maps of verdicts: how they are written (nft(8), SETS and MAPS).

use super::parser::Parser;
use super::source::{Problem, Read};
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::{DataType, Set, SetFlags};

impl Parser<'_> {
    /// What stands between the braces of a set or map called `name`.
    pub(super) fn set_block(&mut self, name: String, map: bool) -> Read<Set> {
        let from = self.at;
        self.expect("{")?;
        let mut set = Set {
            name,
            handle: 0,
            key: Vec::new(),
            data: None,
            typeof_key: None,
            typeof_data: None,
            flags: SetFlags::default(),
            timeout: None,
            gc_interval: None,
            size: None,
            memory: false,
            auto_merge: false,
            comment: None,
            elements: Vec::new(),
            statements: Vec::new(),
        };
        loop {
            self.separators();
            if self.eat("}") {
                break;
            }
            self.set_word(&mut set, map)?;
            self.end()?;
        }
        if set.key.is_empty() {
            let message = "set definition does not specify key";
            return Err(Problem::new(message, self.since(from)));
        }
        Ok(set)
    }

    fn set_word(&mut self, set: &mut Set, map: bool) -> Read<()> {
        let token = self.next();
        match token.text.as_str() {
            "type" => {
                loop {
                    set.key.push(self.datatype()?);
                    if !self.eat(".") {
                        break;
                    }
                }
                if map {
                    self.expect(":")?;
                    self.expect("verdict")?;
                    set.data = Some(MapData::Verdicts);
                }
            }
            "flags" => loop {
                match self.next().text.as_str() {
                    "constant" => set.flags.constant = true,
                    "interval" => set.flags.interval = true,
                    _ => {
                        self.at -= 1;
                        return Err(self.unexpected(""));
                    }
                }
                if !self.eat(",") {
                    break;
                }
            },
            "size" => set.size = Some(self.number()?.min(u64::from(u32::MAX)) as u32),
            "comment" => set.comment = Some(self.text()?),
            "elements" => {
                self.expect("=")?;
                set.elements = self.set(&set.key.clone(), map)?;
            }
            _ => {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
        }
        Ok(())
    }

    fn datatype(&mut self) -> Read<DataType> {
        let token = self.next();
        DataType::by_name(&token.text)
            .filter(|ty| ty.bits() > 0)
            .ok_or_else(|| Problem::new(format!("unknown datatype {}", token.text), token.at))
    }
}
