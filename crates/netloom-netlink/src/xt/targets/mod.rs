//! Targets: their structures, to and from the model's statements.

mod change;
mod frame;
mod marks;
mod nat;
mod tell;

use super::{Given, Info, Read, of_opaque, opaque};
use netloom_model::ruleset::xt::XtTarget;
use netloom_model::ruleset::{Expr, MetaKey, Statement, TableFamily};

/// What reads the targets, each by its name.
const KNOWN: &[(&str, Read)] = &[
    ("AUDIT", tell::read_audit),
    ("CHECKSUM", change::read_checksum),
    ("CLASSIFY", change::read_classify),
    ("CONNMARK", marks::read_connmark),
    ("CT", marks::read_ct),
    ("DNAT", nat::read_dnat),
    ("DNPT", nat::read_dnpt),
    ("DSCP", change::read_dscp),
    ("ECN", change::read_ecn),
    ("HL", change::read_hl),
    ("LOG", tell::read_log),
    ("MARK", marks::read_mark),
    ("MASQUERADE", nat::read_masquerade),
    ("NETMAP", nat::read_netmap),
    ("NFLOG", tell::read_nflog),
    ("NFQUEUE", tell::read_nfqueue),
    ("NOTRACK", marks::read_notrack),
    ("REDIRECT", nat::read_redirect),
    ("REJECT", tell::read_reject),
    ("SECMARK", marks::read_secmark),
    ("SET", marks::read_set),
    ("SNAT", nat::read_snat),
    ("SNPT", nat::read_snpt),
    ("SYNPROXY", change::read_synproxy),
    ("TCPMSS", change::read_tcpmss),
    ("TCPOPTSTRIP", change::read_tcpoptstrip),
    ("TEE", tell::read_tee),
    ("TOS", change::read_tos),
    ("TPROXY", marks::read_tproxy),
    ("TRACE", tell::read_trace),
    ("TTL", change::read_ttl),
];

/// Those of `ebtables` and `arptables`.
const FRAMES: &[(&str, Read)] = &[
    ("arpreply", frame::read_arpreply),
    ("dnat", frame::read_dnat),
    ("log", frame::read_log),
    ("mangle", frame::read_mangle),
    ("mark", frame::read_mark),
    ("nflog", tell::read_nflog),
    ("redirect", frame::read_redirect),
    ("snat", frame::read_snat),
];

/// The statements that a target stands for, in the form in which iptables' words are kept; one that is
/// not known is [`XtTarget::Opaque`].
#[must_use]
pub fn decode(family: TableFamily, name: &str, revision: u8, info: &[u8]) -> Vec<Statement> {
    let mut known = KNOWN.iter().chain(FRAMES);
    let given = Given {
        family,
        revision,
        info,
    };
    let found = known.find(|(known, _)| *known == name);
    found.and_then(|(_, read)| read(given)).unwrap_or_else(|| {
        let kept = opaque(name, revision, info);
        vec![Statement::XtTarget(XtTarget::Opaque(kept))]
    })
}

/// The binary form of a target; none where there is none.
#[must_use]
pub fn encode(target: &XtTarget, family: TableFamily) -> Option<Info> {
    match target {
        XtTarget::ArpReply { mac, then } => frame::arpreply(*mac, *then),
        XtTarget::Audit(kind) => tell::audit(*kind),
        XtTarget::Checksum => change::checksum(),
        XtTarget::Classify(class) => change::classify(*class),
        XtTarget::Connmark {
            op,
            ctmask,
            nfmask,
            value,
        } => marks::connmark(*op, *value, *ctmask, *nfmask),
        XtTarget::Ct(ct) => marks::ct(ct),
        XtTarget::Dnat(range) => nat::dnat(range),
        XtTarget::Dscp(class) => change::dscp(*class),
        XtTarget::EcnTcpRemove => change::ecn(),
        XtTarget::Hl(by) => change::ttl("HL", *by),
        XtTarget::Log {
            level,
            prefix,
            flags,
        } => match family {
            TableFamily::Bridge => frame::log(*level, prefix, *flags),
            _ => tell::log(*level, prefix, *flags),
        },
        XtTarget::Mark(masked) => marks::mark(*masked),
        XtTarget::Masquerade(range) => nat::alone("MASQUERADE", range, family),
        XtTarget::Netmap { first, last } => nat::netmap(*first, *last),
        XtTarget::Nfqueue {
            queues,
            bypass,
            fanout,
        } => tell::nfqueue(*queues, *bypass, *fanout),
        XtTarget::Opaque(opaque) => of_opaque(opaque),
        XtTarget::Redirect(range) => nat::alone("REDIRECT", range, family),
        XtTarget::Reject(reject) => tell::reject(*reject, family),
        XtTarget::Secmark(context) => marks::secmark(context),
        XtTarget::Set(set) => marks::set(set),
        XtTarget::Snat(range) => nat::snat(range, family),
        XtTarget::Npt {
            destination,
            from,
            to,
        } => nat::npt(*destination, from, to),
        XtTarget::Synproxy(found) => change::synproxy(found),
        XtTarget::Tcpmss(mss) => change::tcpmss(*mss),
        XtTarget::Tcpoptstrip(kinds) => change::tcpoptstrip(kinds),
        XtTarget::Tee { gateway, device } => tell::tee(*gateway, device.as_deref()),
        XtTarget::Tos { value, mask } => change::tos(*value, *mask),
        XtTarget::Tproxy {
            port,
            address,
            mark,
        } => marks::tproxy(*port, *address, *mark),
        XtTarget::Ttl(by) => change::ttl("TTL", *by),
        XtTarget::EbSnat { mac, arp, then } => frame::snat(*mac, *arp, *then),
        XtTarget::EbDnat { mac, then } => frame::dnat(*mac, *then),
        XtTarget::EbRedirect(then) => frame::redirect(*then),
        XtTarget::EbMark { op, value, then } => frame::mark(*op, *value, *then),
        XtTarget::ArpMangle(mangle) => frame::mangle(mangle),
    }
}

/// The target that a statement is: the way back from [`decode`], of what has a form in nft's language
/// too.
#[must_use]
pub fn of(statement: &Statement, family: TableFamily) -> Option<Info> {
    match statement {
        Statement::XtTarget(target) => encode(target, family),
        Statement::Log(log) => tell::nflog(log, family),
        Statement::Set {
            what: Expr::Meta(MetaKey::NfTrace),
            ..
        } => tell::trace(),
        _ => None,
    }
}

/// One target that has a form of its own.
fn one(target: XtTarget) -> Option<Vec<Statement>> {
    Some(vec![Statement::XtTarget(target)])
}
