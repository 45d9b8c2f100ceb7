//! Rulesets as nft(8) lists them, as JSON (libnftables-json(5)) and as text, before netloom's own nft
//! reads them: without the tables that a tool of iptables saved too, whose matches nft does not tell; and
//! with a mark in place of each rule that nobody here understands.

use super::firewall::{Firewall, MARK};
use serde_json::{Map, Value, json};

/// A table of nft: family and name.
pub(super) type Table = (&'static str, String);

/// The tables of nft that hold what a tool of iptables saved.
pub(super) fn tables_of(tool: &str, text: &str) -> Vec<Table> {
    let family = match tool {
        "iptables" => "ip",
        "ip6tables" => "ip6",
        "arptables" => "arp",
        _ => "bridge",
    };
    let names = text.lines().filter_map(|line| line.strip_prefix('*'));
    names.map(|name| (family, name.trim().to_owned())).collect()
}

impl Firewall {
    /// Loads what `nft -j list ruleset` printed, but for some tables.
    ///
    /// # Errors
    /// What is wrong with it, where that is no rule.
    pub(super) fn nft_json(&mut self, text: &str, but: &[Table]) -> Result<(), String> {
        let mut document: Value =
            serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        let Some(objects) = document.get_mut("nftables").and_then(Value::as_array_mut) else {
            return Err("it is no ruleset of nft: it has no \"nftables\"".to_owned());
        };
        objects.retain(|object| !is_of(object, but));
        if self.load_json(objects).is_ok() {
            return Ok(());
        }
        // What is no rule must be read, and a rule that cannot be is unknown.
        let (rules, others): (Vec<Value>, Vec<Value>) = std::mem::take(objects)
            .into_iter()
            .partition(|object| object.get("rule").is_some());
        self.load_json(&others)?;
        self.load_rules(&rules)
    }

    /// Loads rules, those that cannot be read as unknown ones: they are looked for by halves.
    fn load_rules(&mut self, rules: &[Value]) -> Result<(), String> {
        if rules.is_empty() || self.load_json(rules).is_ok() {
            return Ok(());
        }
        let [object] = rules else {
            let (ahead, behind) = rules.split_at(rules.len() / 2);
            self.load_rules(ahead)?;
            return self.load_rules(behind);
        };
        let Some(rule) = object.get("rule").and_then(Value::as_object) else {
            return Ok(());
        };
        let mark = self.unknown(object.to_string());
        self.load_json(&[marked(rule, &mark)])
    }

    fn load_json(&mut self, objects: &[Value]) -> Result<(), String> {
        let document = json!({ "nftables": objects });
        self.run("nft", &["-j", "-f", "-"], &document.to_string())
    }

    /// Loads what `nft list ruleset` printed, but for some tables.
    ///
    /// # Errors
    /// What nft says of a line that is no rule.
    pub(super) fn nft_text(&mut self, text: &str, but: &[Table]) -> Result<(), String> {
        let mut lines = without(text, but);
        let rules = rules(&lines);
        for at in 0..lines.len() {
            if rules[at] && is_of_xtables(&lines[at]) {
                self.mark_line(&mut lines[at]);
            }
        }
        loop {
            let text = lines.join("\n") + "\n";
            let Err(said) = self.run("nft", &["-f", "-"], &text) else {
                return Ok(());
            };
            let mut marked = false;
            for at in wrong_lines(&said) {
                // A mark that is refused stands where no rule can.
                if rules.get(at) == Some(&true) && !lines[at].contains(MARK) {
                    self.mark_line(&mut lines[at]);
                    marked = true;
                }
            }
            if !marked {
                return Err(said);
            }
        }
    }

    fn mark_line(&mut self, line: &mut String) {
        let words = std::mem::take(line);
        let mark = self.unknown(words.trim().to_owned());
        *line = format!("counter comment \"{mark}\"");
    }
}

/// Whether an object belongs to one of some tables, or to none.
fn is_of(object: &Value, tables: &[Table]) -> bool {
    let Some((kind, inside)) = object.as_object().and_then(|object| object.iter().next()) else {
        return true;
    };
    let text = |key: &str| inside.get(key).and_then(Value::as_str).unwrap_or_default();
    let table = if kind == "table" {
        text("name")
    } else {
        text("table")
    };
    let of = |(family, name): &Table| *family == text("family") && name == table;
    kind == "metainfo" || tables.iter().any(of)
}

/// A rule in the place of one, with nothing but a mark.
fn marked(rule: &Map<String, Value>, mark: &str) -> Value {
    let place = |key: &str| rule.get(key).cloned().unwrap_or_default();
    json!({ "rule": {
        "family": place("family"), "table": place("table"), "chain": place("chain"),
        "comment": mark, "expr": [{ "counter": { "packets": 0, "bytes": 0 } }],
    } })
}

/// The lines of a text, without those of some tables; lines keep their numbers.
fn without(text: &str, tables: &[Table]) -> Vec<String> {
    let mut inside = false;
    let kept = text.lines().map(|line| {
        if let Some(rest) = line.strip_prefix("table ") {
            let mut words = rest.split_whitespace();
            let (family, name) = (words.next(), words.next());
            let of = |(of, called): &Table| Some(*of) == family && Some(&**called) == name;
            inside = tables.iter().any(of);
        }
        let gone = inside;
        inside &= line != "}";
        if gone { String::new() } else { line.to_owned() }
    });
    kept.collect()
}

/// Whether a line tells of a match or target of xtables that nft does not know. Some versions write it
/// behind a #, as if it were not there.
fn is_of_xtables(line: &str) -> bool {
    let quoted = |line: &str| line.split('"').step_by(2).collect::<String>();
    let bare = quoted(line);
    ["xt match ", "xt target ", "# xt_", "# match ", "# target "]
        .iter()
        .any(|words| bare.contains(words))
}

/// The places of the lines that nft complains about: `/dev/stdin:7:3-9: Error: ...`.
fn wrong_lines(said: &str) -> impl Iterator<Item = usize> {
    said.lines().filter_map(|line| {
        let (place, _) = line.split_once(": Error: ")?;
        let (place, _) = place.rsplit_once(':')?;
        let (_, number) = place.rsplit_once(':')?;
        number.parse::<usize>().ok()?.checked_sub(1)
    })
}

/// Which lines are whole rules: they stand in a chain, and open nothing. What is put in the place of one is
/// one too.
fn rules(lines: &[String]) -> Vec<bool> {
    let open = |line: &str| line.matches('{').count() != line.matches('}').count();
    let head = ["type ", "policy ", "comment ", "}"];
    let mut in_chain = false;
    let each = lines.iter().map(|line| {
        let line = line.trim();
        let said = line.is_empty() || head.iter().any(|word| line.starts_with(word));
        let rule = in_chain && !open(line) && !said;
        if line.ends_with('{') || line == "}" || line.contains("{ #") {
            in_chain = line.starts_with("chain ");
        }
        rule
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::Namespace;
    use netloom_model::ruleset::Statement;

    /// The rules of every chain: unknown words, or the number of their statements.
    fn told(firewall: Firewall) -> Vec<String> {
        let mut into = Namespace::default();
        firewall.finish(&mut into);
        let chains = into.ruleset.tables.iter().flat_map(|table| &table.chains);
        chains
            .flat_map(|chain| &chain.rules)
            .map(|rule| match &rule.statements[..] {
                [Statement::Unknown(words)] => words.clone(),
                all => format!("{} statements", all.len()),
            })
            .collect()
    }

    const TEXT: &str = "table ip filter { # handle 3
\tset hosts {
\t\ttype ipv4_addr
\t\telements = { 10.0.0.1, 10.0.0.2 }
\t}

\tchain FORWARD { # handle 1
\t\ttype filter hook forward priority filter; policy drop;
\t\tip saddr @hosts counter packets 7 bytes 9 accept # handle 4
\t\txt match \"addrtype\" counter packets 0 bytes 0 xt target \"MASQUERADE\" # handle 5
\t\tquantum spin up accept
\t\tmeta l4proto tcp # xt_foo
\t\tip daddr 10.0.0.9 comment \"xt match \\\"is\\\" a word\" drop
\t}
}
table ip nat {
\tchain POSTROUTING {
\t\tnonsense
\t}
}
";

    #[test]
    fn rules_of_a_text_that_are_not_understood_are_unknown_and_the_others_stay() {
        let mut firewall = Firewall::new();
        firewall
            .nft_text(TEXT, &[("ip", "nat".to_owned())])
            .unwrap();
        let told = told(firewall);
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(told[0].contains("3 statements"), "{told:?}");
        assert!(told[1].starts_with("xt match \"addrtype\""), "{told:?}");
        assert!(told[2].starts_with("quantum spin"), "{told:?}");
        assert!(told[3].contains("# xt_foo"), "{told:?}");
    }

    #[test]
    fn what_is_no_rule_of_a_text_must_be_understood() {
        for text in [
            "table ip t {\n\tset s {\n\t\ttype of_tomorrow\n\t}\n}\n",
            "table ip t {\n\tchain c {\n\t\ttype filter hook sideways priority 0;\n\t}\n}\n",
            "something else\n",
        ] {
            assert!(Firewall::new().nft_text(text, &[]).is_err(), "{text}");
        }
    }

    #[test]
    fn rules_of_json_with_expressions_of_a_newer_nft_are_unknown() {
        let rule = |expr: Value| json!({ "rule": { "family": "ip", "table": "t", "chain": "c", "handle": 9, "expr": expr } });
        let text = json!({ "nftables": [
            { "metainfo": { "version": "9.9.9", "json_schema_version": 1 } },
            { "table": { "family": "ip", "name": "t", "handle": 1 } },
            { "chain": { "family": "ip", "table": "t", "name": "c", "handle": 1 } },
            rule(json!([{ "drop": null }])),
            rule(json!([{ "entangle": { "with": "eth1" } }, { "accept": null }])),
            rule(json!([{ "match": { "op": "==", "left": { "meta": { "key": "mood" } }, "right": 1 } }])),
        ] });
        let mut firewall = Firewall::new();
        firewall.nft_json(&text.to_string(), &[]).unwrap();
        let told = told(firewall);
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(told[0], "1 statements");
        assert!(told[1].contains("entangle") && told[2].contains("mood"));
    }

    #[test]
    fn rules_stay_in_their_order_wherever_one_is_not_understood() {
        for unknown in [&[][..], &[0], &[6], &[3, 4], &[0, 1, 2, 3, 4, 5, 6]] {
            let place = json!({ "family": "ip", "table": "t", "chain": "c" });
            let mut objects = vec![
                json!({ "table": { "family": "ip", "name": "t" } }),
                json!({ "chain": { "family": "ip", "table": "t", "name": "c" } }),
            ];
            for number in 0..7 {
                let mut rule = place.clone();
                rule["comment"] = number.to_string().into();
                rule["expr"] = match unknown.contains(&number) {
                    true => json!([{ "entangle": number }]),
                    false => json!([{ "drop": null }]),
                };
                objects.push(json!({ "rule": rule }));
            }
            let text = json!({ "nftables": objects }).to_string();
            let mut firewall = Firewall::new();
            firewall.nft_json(&text, &[]).unwrap();
            let mut into = Namespace::default();
            firewall.finish(&mut into);
            let rules = into.ruleset.tables[0].chains[0].rules.iter();
            let numbers = rules.map(|rule| match &rule.statements[..] {
                [Statement::Unknown(words)] => {
                    words.split("entangle\":").nth(1).unwrap()[..1].to_owned()
                }
                _ => rule.comment.clone().unwrap(),
            });
            let expected = ["0", "1", "2", "3", "4", "5", "6"];
            assert_eq!(numbers.collect::<Vec<_>>(), expected, "{unknown:?}");
        }
    }
}
