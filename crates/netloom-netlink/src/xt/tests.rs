//! What iptables wrote, read and written again; and what nobody wrote.

use super::{Info, matches, targets};
use netloom_model::ruleset::xt::{XtMatch, XtTarget};
use netloom_model::ruleset::{Statement, TableFamily};

/// What iptables wrote for some words.
pub(super) struct Recorded {
    pub(super) words: &'static str,
    pub(super) family: TableFamily,
    pub(super) target: bool,
    info: Info,
}

/// What nobody models.
const UNKNOWN: [&str; 4] = ["bpf", "CONNSECMARK", "HMARK", "IDLETIMER"];

pub(super) fn recorded() -> Vec<Recorded> {
    let lines = include_str!("recorded.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &'static str| {
        let [tool, _, _, words, kind, name, revision, len, hex] =
            line.split('|').collect::<Vec<_>>().try_into().ok()?;
        let mut bytes: Vec<u8> = (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok())
            .collect::<Option<_>>()?;
        bytes.resize(len.parse().ok()?, 0);
        Some(Recorded {
            words,
            family: match tool {
                "iptables" => TableFamily::Ip,
                "ip6tables" => TableFamily::Ip6,
                "arptables" => TableFamily::Arp,
                _ => TableFamily::Bridge,
            },
            target: kind == "target",
            info: Info::new(name, revision.parse().ok()?, bytes),
        })
    };
    lines
        .map(|line| read(line).unwrap_or_else(|| panic!("{line}")))
        .collect()
}

impl Recorded {
    pub(super) fn decode(&self) -> Vec<Statement> {
        let Info {
            name,
            revision,
            bytes,
        } = &self.info;
        match self.target {
            true => targets::decode(self.family, name, *revision, bytes),
            false => matches::decode(self.family, name, *revision, bytes),
        }
    }

    fn encode(&self, statements: &[Statement]) -> Option<Info> {
        match self.target {
            true => targets::of(statements.first()?, self.family),
            false => {
                let (info, count) = matches::first(statements, self.family)?;
                (count == statements.len()).then_some(info)
            }
        }
    }
}

fn is_opaque(statements: &[Statement]) -> bool {
    matches!(
        statements,
        [Statement::XtMatch(XtMatch::Opaque(_)) | Statement::XtTarget(XtTarget::Opaque(_))]
    )
}

#[test]
fn what_iptables_writes_is_understood_and_written_the_same() {
    let mut wrong = Vec::new();
    for recorded in recorded() {
        let statements = recorded.decode();
        let known = !UNKNOWN.contains(&recorded.info.name.as_str());
        // Marks that are shifted have no place in the model.
        let known = known && !recorded.words.contains("shift");
        let again = recorded.encode(&statements);
        if is_opaque(&statements) == known || again.as_ref() != Some(&recorded.info) {
            wrong.push((recorded.words, statements, again, recorded.info));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A number drawn by a linear congruence.
fn draw(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1);
    (*state >> 33) as usize
}

#[test]
fn any_bytes_are_read_and_what_is_understood_is_written_again() {
    let recorded = recorded();
    let mut state = 1;
    for round in 0..40_000 {
        let Recorded {
            family,
            target,
            info,
            ..
        } = &recorded[round % recorded.len()];
        let mut info = info.clone();
        for _ in 0..draw(&mut state) % 4 {
            let at = draw(&mut state) % info.bytes.len().clamp(1, 64);
            if let Some(byte) = info.bytes.get_mut(at) {
                *byte = draw(&mut state) as u8;
            }
        }
        if draw(&mut state).is_multiple_of(8) {
            info.bytes
                .truncate(draw(&mut state) % (info.bytes.len() + 1));
        }
        if draw(&mut state).is_multiple_of(4) {
            info.revision = draw(&mut state) as u8 % 5;
        }
        let changed = Recorded {
            words: "",
            family: *family,
            target: *target,
            info,
        };
        let first = changed.decode();
        let Some(written) = changed.encode(&first) else {
            continue;
        };
        let again = Recorded {
            info: written,
            ..changed
        };
        assert_eq!(again.decode(), first, "{:?}", again.info.name);
    }
}

#[test]
fn what_is_not_known_is_kept_by_its_bytes() {
    let statements = matches::decode(TableFamily::Ip, "later", 7, &[1, 0xab]);
    let found = matches::first(&statements, TableFamily::Ip);
    assert_eq!(found, Some((Info::new("later", 7, vec![1, 0xab]), 1)));
}
