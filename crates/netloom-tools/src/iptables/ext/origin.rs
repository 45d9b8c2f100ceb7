//! `owner`, `physdev`, `devgroup`, `cpu`, `realm`, `helper`, `rpfilter`, `socket`, `cgroup`: whose a
//! packet is, and which way it came.

use super::super::extension::{Extension, Given, Shown, View};
use super::values::{bang, first, masked, number, one, said};
use crate::ip::words::Outcome;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Cgroup, Masked, Not, Owner, Physdev, Span, XtMatch};

pub(super) const OWNER: Extension = Extension {
    name: "owner",
    options: &[
        ("uid-owner", 1),
        ("gid-owner", 1),
        ("suppl-groups", 0),
        ("socket-exists", 0),
    ],
    build: owner,
    show: show_owner,
};

/// Names that every machine has.
const USERS: [(&str, u32); 2] = [("root", 0), ("nobody", 65534)];

fn owner(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let ids = |name: &str| -> Outcome<Option<Not<Span<u32>>>> {
        let Some(option) = given.option(name) else {
            return Ok(None);
        };
        let word = option.word();
        let id = |word: &str| {
            let known = USERS.iter().find(|(name, _)| *name == word);
            let read = number(word).and_then(|found| u32::try_from(found).ok());
            known.map(|(_, id)| *id).or(read)
        };
        let (from, to) = word.split_once('-').unwrap_or((word, word));
        match (id(from), id(to)) {
            (Some(from), Some(to)) => Ok(Some(option.of((from, to)))),
            _ => {
                let text = format!("owner: Bad value for \"--{name}\" option: \"{word}\"");
                Err(given.problem(&text))
            }
        }
    };
    let found = Owner {
        uid: ids("uid-owner")?,
        gid: ids("gid-owner")?,
        supplementary: given.has("suppl-groups"),
        socket_exists: given.option("socket-exists").map(|option| option.of(())),
    };
    if found.uid.is_none() && found.gid.is_none() && found.socket_exists.is_none() {
        let text = "owner: At least one of --uid-owner, --gid-owner or --socket-exists is required";
        return Err(given.problem(text));
    }
    one(XtMatch::Owner(found))
}

fn show_owner(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Owner(found) = first(view)? else {
        return None;
    };
    let (mut save, mut list) = (String::from("-m owner"), Vec::new());
    if let Some(exists) = found.socket_exists {
        save += &format!(" {}--socket-exists", bang(exists.not));
        list.push(format!("{}owner socket exists", bang(exists.not)));
    }
    for (name, title, ids) in [("uid", "UID", found.uid), ("gid", "GID", found.gid)] {
        if let Some(Not {
            is: (from, to),
            not,
        }) = ids
        {
            let ids = if from == to {
                from.to_string()
            } else {
                format!("{from}-{to}")
            };
            save += &format!(" {}--{name}-owner {ids}", bang(not));
            let named = USERS.iter().find(|(_, id)| from == to && *id == from);
            let shown = match named {
                Some((name, _)) if !view.numeric && title == "UID" => (*name).to_owned(),
                _ => ids,
            };
            list.push(format!("{}owner {title} match {shown}", bang(not)));
        }
    }
    if found.supplementary {
        save += " --suppl-groups";
        list.push("incl. suppl. groups".to_owned());
    }
    said(save, list.join(" "))
}

pub(super) const PHYSDEV: Extension = Extension {
    name: "physdev",
    options: &[
        ("physdev-in", 1),
        ("physdev-out", 1),
        ("physdev-is-in", 0),
        ("physdev-is-out", 0),
        ("physdev-is-bridged", 0),
    ],
    build: physdev,
    show: show_physdev,
};

fn physdev(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let device = |name: &str| {
        given.option(name).map(|option| Not {
            is: option.word().to_owned(),
            not: option.not,
        })
    };
    let flag = |name: &str| given.option(name).map(|option| option.of(()));
    let found = Physdev {
        input: device("physdev-in"),
        output: device("physdev-out"),
        is_in: flag("physdev-is-in"),
        is_out: flag("physdev-is-out"),
        is_bridged: flag("physdev-is-bridged"),
    };
    if found == Physdev::default() {
        return Err(given.problem("PHYSDEV: no physdev option specified"));
    }
    one(XtMatch::Physdev(found))
}

fn show_physdev(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Physdev(found) = first(view)? else {
        return None;
    };
    let mut words = String::new();
    let flag = |words: &mut String, flag: Option<Not<()>>, name: &str| {
        if let Some(flag) = flag {
            *words += &format!(" {}--physdev-{name}", bang(flag.not));
        }
    };
    flag(&mut words, found.is_in, "is-in");
    if let Some(Not { is, not }) = &found.input {
        words += &format!(" {}--physdev-in {is}", bang(*not));
    }
    flag(&mut words, found.is_out, "is-out");
    if let Some(Not { is, not }) = &found.output {
        words += &format!(" {}--physdev-out {is}", bang(*not));
    }
    flag(&mut words, found.is_bridged, "is-bridged");
    said(
        format!("-m physdev{words}"),
        format!("PHYSDEV match{words}"),
    )
}

pub(super) const DEVGROUP: Extension = Extension {
    name: "devgroup",
    options: &[("src-group", 1), ("dst-group", 1)],
    build: |given| {
        let side = |name: &str| -> Outcome<_> {
            let Some(option) = given.option(name) else {
                return Ok(None);
            };
            Ok(Some(option.of(given.masked("devgroup", option)?)))
        };
        let (source, destination) = (side("src-group")?, side("dst-group")?);
        if source.is_none() && destination.is_none() {
            let text = "devgroup match: You must specify either '--src-group' or '--dst-group'";
            return Err(given.problem(text));
        }
        one(XtMatch::Devgroup {
            source,
            destination,
        })
    },
    show: |view| match first(view)? {
        XtMatch::Devgroup {
            source,
            destination,
        } => {
            let (mut save, mut list) = (String::from("-m devgroup"), Vec::new());
            for (name, side) in [("src-group", source), ("dst-group", destination)] {
                if let Some(Not { is, not }) = side {
                    save += &format!(" {}--{name} {}", bang(*not), group(*is));
                    list.push(format!("{}{name} {}", bang(*not), group(*is)));
                }
            }
            said(save, list.join(" "))
        }
        _ => None,
    },
};

/// A group in words: the one that all devices are in at first has a name (`/etc/iproute2/group`).
fn group(found: Masked) -> String {
    if (found.value, found.mask) == (0, u32::MAX) {
        "default".to_owned()
    } else {
        masked(found)
    }
}

pub(super) const CPU: Extension = Extension {
    name: "cpu",
    options: &[("cpu", 1)],
    build: |given| {
        let option = given.needed("cpu", "cpu")?;
        let cpu = given.uint("cpu", option, u64::from(u32::MAX))? as u32;
        one(XtMatch::Cpu(option.of(cpu)))
    },
    show: |view| match first(view)? {
        XtMatch::Cpu(Not { is, not }) => said(
            format!("-m cpu {}--cpu {is}", bang(*not)),
            format!("cpu {}{is}", bang(*not)),
        ),
        _ => None,
    },
};

pub(super) const REALM: Extension = Extension {
    name: "realm",
    options: &[("realm", 1)],
    build: |given| {
        let option = given.needed("realm", "realm")?;
        one(XtMatch::Realm(option.of(given.masked("realm", option)?)))
    },
    show: |view| match first(view)? {
        XtMatch::Realm(Not { is, not }) => said(
            format!("-m realm {}--realm {}", bang(*not), masked(*is)),
            format!("{}realm {}", bang(*not), masked(*is)),
        ),
        _ => None,
    },
};

pub(super) const HELPER: Extension = Extension {
    name: "helper",
    options: &[("helper", 1)],
    build: |given| {
        let option = given.needed("helper", "helper")?;
        let (is, not) = (option.word().to_owned(), option.not);
        one(XtMatch::Helper(Not { is, not }))
    },
    show: |view| match first(view)? {
        XtMatch::Helper(Not { is, not }) => said(
            format!(
                "-m helper {}--helper {}",
                bang(*not),
                super::super::show::quoted(is)
            ),
            format!("helper match {}\"{is}\"", bang(*not)),
        ),
        _ => None,
    },
};

pub(super) const RPFILTER: Extension = Extension {
    name: "rpfilter",
    options: &[
        ("loose", 0),
        ("validmark", 0),
        ("accept-local", 0),
        ("invert", 0),
    ],
    build: |given| {
        one(XtMatch::Rpfilter {
            loose: given.has("loose"),
            validmark: given.has("validmark"),
            accept_local: given.has("accept-local"),
            invert: given.has("invert"),
        })
    },
    show: |view| match first(view)? {
        XtMatch::Rpfilter {
            loose,
            validmark,
            accept_local,
            invert,
        } => flags(
            "rpfilter",
            &[
                (*loose, "loose"),
                (*validmark, "validmark"),
                (*accept_local, "accept-local"),
                (*invert, "invert"),
            ],
            " ",
        ),
        _ => None,
    },
};

pub(super) const SOCKET: Extension = Extension {
    name: "socket",
    options: &[("transparent", 0), ("nowildcard", 0), ("restore-skmark", 0)],
    build: |given| {
        one(XtMatch::Socket {
            transparent: given.has("transparent"),
            nowildcard: given.has("nowildcard"),
            restore_skmark: given.has("restore-skmark"),
        })
    },
    show: |view| match first(view)? {
        XtMatch::Socket {
            transparent,
            nowildcard,
            restore_skmark,
        } => flags(
            "socket",
            &[
                (*transparent, "transparent"),
                (*nowildcard, "nowildcard"),
                (*restore_skmark, "restore-skmark"),
            ],
            " --",
        ),
        _ => None,
    },
};

/// A match of flags alone; `-L` writes `before` before each.
fn flags(name: &str, all: &[(bool, &str)], before: &str) -> Option<(usize, Shown)> {
    let (mut save, mut list) = (format!("-m {name}"), name.to_owned());
    for (_, word) in all.iter().filter(|(there, _)| *there) {
        save += &format!(" --{word}");
        list += &format!("{before}{word}");
    }
    said(save, list)
}

pub(super) const CGROUP: Extension = Extension {
    name: "cgroup",
    options: &[("path", 1), ("cgroup", 1)],
    build: |given: &Given<'_>| -> Outcome<Vec<Statement>> {
        if let Some(option) = given.option("path") {
            let (is, not) = (option.word().to_owned(), option.not);
            return one(XtMatch::Cgroup(Cgroup::Path(Not { is, not })));
        }
        let Some(option) = given.option("cgroup") else {
            return Err(given.problem("cgroup: either --path or --cgroup must be specified"));
        };
        let class = given.uint("cgroup", option, u64::from(u32::MAX))? as u32;
        one(XtMatch::Cgroup(Cgroup::ClassId(option.of(class))))
    },
    show: |view: &View<'_>| match first(view)? {
        XtMatch::Cgroup(Cgroup::Path(Not { is, not })) => said(
            format!("-m cgroup {}--path {is}", bang(*not)),
            format!("cgroup {}{is}", bang(*not)),
        ),
        XtMatch::Cgroup(Cgroup::ClassId(Not { is, not })) => said(
            format!("-m cgroup {}--cgroup {is}", bang(*not)),
            format!("cgroup {}{is}", bang(*not)),
        ),
        _ => None,
    },
};
