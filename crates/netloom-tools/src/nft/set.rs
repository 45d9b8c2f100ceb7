//! Named sets and maps: how they are written (nft(8), SETS and MAPS).

use super::expr::types;
use super::lexer::Kind;
use super::parser::Parser;
use super::print::Style;
use super::source::{Problem, Read};
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::{DataType, ObjectKind, Set, SetFlags};

/// A set that nothing is said of yet.
pub(super) fn empty(name: String) -> Set {
    Set {
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
        meter: false,
        comment: None,
        elements: Vec::new(),
        statements: Vec::new(),
    }
}

impl Parser<'_> {
    /// What stands between the braces of a set or map called `name`.
    pub(super) fn set_block(&mut self, name: String, map: bool) -> Read<Set> {
        let from = self.at;
        let mut set = empty(name);
        if !self.eat("{") {
            let message = "set definition does not specify key";
            return Err(Problem::new(message, self.since(from)));
        }
        loop {
            self.separators();
            if self.eat("}") {
                break;
            }
            if self.is_define() {
                self.define()?;
                continue;
            }
            let word = self.peek().text.clone();
            self.set_word(&mut set, map)?;
            // What ends with a brace or is one word alone needs no end.
            if !matches!(word.as_str(), "elements" | "auto-merge") {
                self.separator()?;
            }
        }
        if set.key.is_empty() {
            let message = "set definition does not specify key";
            return Err(Problem::new(message, self.since(from)));
        }
        if set.timeout.is_some() {
            set.flags.timeout = true;
        }
        if !set.elements.is_empty() {
            self.check_ranges(&set.flags)?;
        }
        Ok(set)
    }

    /// Refuses the ranges that were read last where a set has none.
    pub(super) fn check_ranges(&self, flags: &SetFlags) -> Read<()> {
        match self.range_at {
            Some(at) if !flags.interval => {
                let message = "You must add 'flags interval' to your set declaration if you want \
                               to add prefix elements";
                Err(Problem::new(message, at))
            }
            _ => Ok(()),
        }
    }

    fn set_word(&mut self, set: &mut Set, map: bool) -> Read<()> {
        if let Some(statement) = self.element_statement()? {
            set.statements.push(statement);
            while let Some(statement) = self.element_statement()? {
                set.statements.push(statement);
            }
            return Ok(());
        }
        let token = self.next();
        match token.text.as_str() {
            "type" => {
                set.key = self.datatypes()?;
                if map {
                    self.expect(":")?;
                    set.data = Some(self.data_type()?);
                }
            }
            "typeof" => self.typeof_words(set, map)?,
            "flags" => self.set_flags(&mut set.flags)?,
            "timeout" => set.timeout = Some(self.duration()?),
            "gc-interval" => {
                let time = self.duration()?;
                set.gc_interval = Some(u32::try_from(time).unwrap_or(u32::MAX));
            }
            "size" => set.size = Some(self.number()?.min(u64::from(u32::MAX)) as u32),
            "policy" => {
                set.memory = self.eat("memory");
                if !set.memory {
                    self.expect("performance")?;
                }
            }
            "auto-merge" => set.auto_merge = true,
            "comment" => set.comment = Some(self.text()?),
            "elements" => {
                self.expect("=")?;
                self.range_at = None;
                set.elements = self.set(&set.key.clone(), set.data.clone().as_ref())?;
            }
            _ => {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
        }
        Ok(())
    }

    fn set_flags(&mut self, flags: &mut SetFlags) -> Read<()> {
        loop {
            match self.peek().text.as_str() {
                "constant" => flags.constant = true,
                "interval" => flags.interval = true,
                "timeout" => flags.timeout = true,
                "dynamic" => flags.dynamic = true,
                _ => return Err(self.unexpected("")),
            }
            self.at += 1;
            if !self.eat(",") {
                return Ok(());
            }
        }
    }

    /// `typeof EXPR [: EXPR]`: the types are those of the expressions, which are kept as they are listed.
    fn typeof_words(&mut self, set: &mut Set, map: bool) -> Read<()> {
        let key = self.expression()?;
        set.key = types(&key);
        set.typeof_key = Some(self.words_of(&key));
        if !map {
            return Ok(());
        }
        self.expect(":")?;
        let interval = self.eat("interval");
        if self.eat("verdict") {
            set.data = Some(MapData::Verdicts);
            set.typeof_data = Some("verdict".to_owned());
            return Ok(());
        }
        if let Some(kind) = self.object_kind() {
            set.data = Some(MapData::Objects(kind));
            set.typeof_data = Some(kind.name().to_owned());
            return Ok(());
        }
        let data = self.expression()?;
        let words = self.words_of(&data);
        set.data = Some(MapData::Values(types(&data)));
        set.typeof_data = Some(match interval {
            true => format!("interval {words}"),
            false => words,
        });
        Ok(())
    }

    fn words_of(&self, expr: &netloom_model::ruleset::Expr) -> String {
        let style = Style {
            numeric: false,
            handles: false,
            stateless: false,
            devices: self.devices,
            family: self.family,
            sets: &[],
            now: netloom_model::Time::ZERO,
        };
        style.expr(expr)
    }

    /// What a map has.
    fn data_type(&mut self) -> Read<MapData> {
        if self.eat("verdict") {
            return Ok(MapData::Verdicts);
        }
        // What is an interval shows by its elements.
        self.eat("interval");
        if let Some(kind) = self.object_kind() {
            return Ok(MapData::Objects(kind));
        }
        self.datatypes().map(MapData::Values)
    }

    fn object_kind(&mut self) -> Option<ObjectKind> {
        let kind = match self.peek().text.as_str() {
            "counter" => ObjectKind::Counter,
            "quota" => ObjectKind::Quota,
            "limit" => ObjectKind::Limit,
            "secmark" => ObjectKind::Secmark,
            "synproxy" => ObjectKind::Synproxy,
            _ => return None,
        };
        self.at += 1;
        Some(kind)
    }

    fn datatypes(&mut self) -> Read<Vec<DataType>> {
        let mut found = vec![self.datatype()?];
        while self.eat(".") {
            found.push(self.datatype()?);
        }
        Ok(found)
    }

    fn datatype(&mut self) -> Read<DataType> {
        let token = self.next();
        if token.kind != Kind::Word {
            self.at -= 1;
            return Err(self.unexpected(""));
        }
        DataType::by_name(&token.text)
            .filter(|ty| ty.bits() > 0)
            .ok_or_else(|| Problem::new(format!("unknown datatype {}", token.text), token.at))
    }
}
