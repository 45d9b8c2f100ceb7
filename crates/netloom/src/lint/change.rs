//! What rules change that later rules ask: a question that is asked again may have another answer then.

use super::said::asked;
use netloom_model::ruleset::expr::{CtKey, MetaKey};
use netloom_model::ruleset::xt::{XtMatch, XtTarget};
use netloom_model::ruleset::{Expr, Rule, Statement, Table, Verdict};

/// What is not the same any more behind a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// Nothing that is asked.
    Nothing,
    /// Marks, sets, and what else goes with a packet.
    Marks,
    /// The packet, or whether it is tracked.
    Packet,
}

/// What a jump into a chain of a table may change: as much as any of its rules does, and marks in any
/// case.
pub(super) fn by_jump(table: &Table) -> Change {
    let rules = table.chains.iter().flat_map(|chain| &chain.rules);
    let most = rules.map(|rule| by(rule, Change::Nothing)).max();
    most.unwrap_or(Change::Nothing).max(Change::Marks)
}

/// What a rule may change for those behind it, where `jump` is what a jump may change.
pub(super) fn by(rule: &Rule, jump: Change) -> Change {
    let statements = rule.statements.iter();
    let changes = statements.map(|statement| match statement {
        Statement::Verdict(Verdict::Jump(_) | Verdict::Goto(_)) | Statement::VerdictMap { .. } => {
            jump
        }
        Statement::Set { what, .. } => match what {
            Expr::Meta(_) | Expr::Ct(..) => Change::Marks,
            _ => Change::Packet,
        },
        Statement::Update { .. } | Statement::Object { .. } | Statement::Tproxy { .. } => {
            Change::Marks
        }
        Statement::ResetTcpOption(_) | Statement::Notrack | Statement::Unknown(_) => Change::Packet,
        Statement::XtTarget(target) => by_target(target),
        _ => Change::Nothing,
    });
    changes.max().unwrap_or(Change::Nothing)
}

fn by_target(target: &XtTarget) -> Change {
    match target {
        XtTarget::Mark(_)
        | XtTarget::Connmark { .. }
        | XtTarget::Classify(_)
        | XtTarget::Secmark(_)
        | XtTarget::Set(_)
        | XtTarget::Tproxy { .. } => Change::Marks,
        XtTarget::Audit(_)
        | XtTarget::Checksum
        | XtTarget::Log { .. }
        | XtTarget::Nfqueue { .. }
        | XtTarget::Reject(_)
        | XtTarget::Dnat(_)
        | XtTarget::Snat(_)
        | XtTarget::Masquerade(_)
        | XtTarget::Redirect(_)
        | XtTarget::Netmap { .. }
        | XtTarget::Tee { .. } => Change::Nothing,
        _ => Change::Packet,
    }
}

/// Whether what a rule asks stays the same while nothing but marks and sets change.
pub(super) fn outlasts_marks(rule: &Rule) -> bool {
    asked(rule).all(|statement| match statement {
        Statement::Match { left, right, .. } => is_of_packet(left) && is_of_packet(right),
        Statement::XtMatch(found) => matches!(
            found,
            XtMatch::Addrtype(_)
                | XtMatch::Conntrack(_)
                | XtMatch::Icmp(_)
                | XtMatch::Icmp6(_)
                | XtMatch::Iprange { .. }
                | XtMatch::Multiport(_)
                | XtMatch::Physdev(_)
        ),
        _ => false,
    })
}

/// Whether a value is of the packet, its devices or the state of its connection, or a constant.
fn is_of_packet(value: &Expr) -> bool {
    match value {
        Expr::Value(_)
        | Expr::Range(..)
        | Expr::Prefix(..)
        | Expr::Set(_)
        | Expr::Field(_)
        | Expr::Raw { .. }
        | Expr::ExtensionHeader { .. }
        | Expr::TcpOption { .. }
        | Expr::IpOption { .. }
        | Expr::SctpChunk { .. } => true,
        Expr::Meta(key) => !matches!(
            key,
            MetaKey::Mark | MetaKey::Priority | MetaKey::Secmark | MetaKey::NfTrace
        ),
        Expr::Ct(key, _) => !matches!(
            key,
            CtKey::Mark | CtKey::Secmark | CtKey::Label | CtKey::Helper
        ),
        Expr::Bits(_, left, right) => is_of_packet(left) && is_of_packet(right),
        Expr::Concat(parts) => parts.iter().all(is_of_packet),
        _ => false,
    }
}
