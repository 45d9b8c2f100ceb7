//! What rules need of connections without asking: that they are tracked, and that what they have is
//! counted.

use crate::namespace::NsId;
use crate::net::Net;
use crate::sysctl::Ct as Setting;
use netloom_model::ruleset::Expr;
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::ruleset::expr::CtKey;
use netloom_model::ruleset::statement::{ObjectName, Statement};
use netloom_model::ruleset::xt::{XtMatch, XtTarget};

/// Whether a statement has connections be tracked (`nf_ct_netns_get`).
pub(in crate::filter) fn tracks(statement: &Statement) -> bool {
    match statement {
        Statement::XtMatch(
            XtMatch::Conntrack(_)
            | XtMatch::State(_)
            | XtMatch::Connmark(_)
            | XtMatch::Connbytes(_)
            | XtMatch::Connlabel { .. }
            | XtMatch::Connlimit(_)
            | XtMatch::Helper(_),
        )
        | Statement::ConnLimit { .. }
        | Statement::Synproxy(_)
        | Statement::Nat(_)
        | Statement::XtTarget(
            XtTarget::Connmark { .. }
            | XtTarget::Snat(_)
            | XtTarget::Dnat(_)
            | XtTarget::Masquerade(_)
            | XtTarget::Redirect(_)
            | XtTarget::Netmap { .. }
            | XtTarget::Synproxy(_),
        ) => true,
        Statement::XtTarget(XtTarget::Ct(ct)) => !ct.notrack,
        Statement::Match { left, right, .. } => reads(left) || reads(right),
        Statement::Set { what, value } => reads(what) || reads(value),
        Statement::VerdictMap { key, .. }
        | Statement::Object {
            name: ObjectName::Map { key, .. },
            ..
        } => reads(key),
        Statement::Update {
            key,
            data,
            statements,
            ..
        } => {
            let data = data.as_ref().is_some_and(reads);
            reads(key) || data || statements.iter().any(tracks)
        }
        _ => false,
    }
}

fn reads(expr: &Expr) -> bool {
    match expr {
        Expr::Ct(..) => true,
        Expr::Bits(_, left, right) => reads(left) || reads(right),
        Expr::Concat(parts) => parts.iter().any(reads),
        Expr::Map { key, .. } => reads(key),
        Expr::Hash { of: Some(of), .. } => reads(of),
        _ => false,
    }
}

/// Rules that look at how much a connection had have it be counted from then on.
pub(in crate::filter) fn force_accounting(net: &mut Net, ns: NsId, changes: &[RulesetChange]) {
    let counts = |statement: &Statement| match statement {
        Statement::XtMatch(XtMatch::Connbytes(_)) => true,
        Statement::Match { left, .. } => is_amount(left),
        _ => false,
    };
    let forces = |change: &RulesetChange| match change {
        RulesetChange::AddRule { rule, .. } | RulesetChange::ReplaceRule { rule, .. } => {
            rule.statements.iter().any(counts)
        }
        _ => false,
    };
    if changes.iter().any(forces) {
        net.ns_mut(ns).conntrack_conf.set(Setting::Acct, 1);
    }
}

/// Whether an expression is how much a connection had.
const fn is_amount(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Ct(CtKey::Bytes | CtKey::Packets | CtKey::AvgPkt, _)
    )
}
