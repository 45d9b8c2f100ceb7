//! What tables of nft have beside chains: sets, maps, objects and flow tables, out of nft's own listing.

/// Listings of nft in which such blocks stand, without what comes with time.
pub(super) const LISTED: &[&[&str]] = &[
    &["nft", "-s", "list", "sets"],
    &["nft", "-s", "list", "maps"],
    &["nft", "-s", "list", "counters"],
    &["nft", "-s", "list", "quotas"],
    &["nft", "-s", "list", "limits"],
    &["nft", "list", "flowtables"],
];

/// The commands that make what a listing tells, thing by thing, each with what it is called.
pub(super) fn made(lines: &[String]) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    let mut table = "";
    let mut lines = lines.iter().map(|line| line.trim());
    while let Some(line) = lines.next() {
        let Some(head) = line.strip_suffix(" {") else {
            continue;
        };
        if let Some(name) = head.strip_prefix("table ") {
            table = name;
            continue;
        }
        let (kind, name) = head.split_once(' ').unwrap_or((head, ""));
        let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
        all.push((
            format!("{table} {kind} {name}"),
            commands(table, kind, name, &inside),
        ));
    }
    all
}

/// The command that makes a thing, and those that put its elements into it.
fn commands(table: &str, kind: &str, name: &str, inside: &[&str]) -> Vec<String> {
    let at = inside
        .iter()
        .position(|line| line.starts_with("elements = {"));
    let (head, elements) = inside.split_at(at.unwrap_or(inside.len()));
    let words: String = head.iter().map(|line| format!("{line}; ")).collect();
    let words = match words.is_empty() {
        true => String::new(),
        false => format!(" {}", quoted(&words)),
    };
    let mut all = vec![format!("nft add {kind} {table} {name}{words}")];
    let elements = elements.join(" ");
    let elements = elements.trim_start_matches("elements = {");
    let elements = elements.strip_suffix('}').unwrap_or(elements);
    let each = apart(elements).into_iter();
    all.extend(each.map(|one| {
        let one = quoted(&format!("{one} "));
        format!("nft add element {table} {name} {one}")
    }));
    all
}

/// In braces, as one word of a shell.
fn quoted(inside: &str) -> String {
    format!("'{{ {}}}'", inside.replace('\'', r"'\''"))
}

/// Elements that commas part, but for commas in quotes.
fn apart(elements: &str) -> Vec<&str> {
    let mut quotes = false;
    let parts = elements.split(|letter| {
        quotes ^= letter == '"';
        letter == ',' && !quotes
    });
    let parts = parts.map(str::trim);
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_and_its_elements_are_commands_of_their_own() {
        let listed = "table ip own {\n\tset s {\n\t\ttype ipv4_addr . inet_service\n\t\tflags interval\n\
                      \t\tcomment \"it's, all\"\n\t\telements = { 10.0.0.1 . 80 comment \"a, b\",\n\
                      \t\t\t     10.0.0.2-10.0.0.9 . 443 }\n\t}\n}\ntable inet more {\n\tcounter c {\n\t}\n}";
        let lines: Vec<String> = listed.lines().map(str::to_owned).collect();
        let [(set, of_set), (counter, of_counter)] = &made(&lines)[..] else {
            panic!("two things");
        };
        assert_eq!(
            (&**set, &**counter),
            ("ip own set s", "inet more counter c")
        );
        assert_eq!(
            of_set[..],
            [
                r#"nft add set ip own s '{ type ipv4_addr . inet_service; flags interval; comment "it'\''s, all"; }'"#,
                r#"nft add element ip own s '{ 10.0.0.1 . 80 comment "a, b" }'"#,
                "nft add element ip own s '{ 10.0.0.2-10.0.0.9 . 443 }'",
            ]
        );
        assert_eq!(of_counter[..], ["nft add counter inet more c"]);
    }
}
