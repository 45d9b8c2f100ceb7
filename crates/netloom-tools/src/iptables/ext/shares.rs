//! `connlabel` and `cluster`: which connections are meant, by their labels or by their shares.

use super::super::extension::{Extension, Given, Shown, View};
use super::values::{bang, first, mark, one, said};
use crate::ip::words::Outcome;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Not, XtMatch};

pub(super) const CONNLABEL: Extension = Extension {
    name: "connlabel",
    options: &[("label", 1), ("set", 0)],
    build: |given| {
        let option = given.needed("connlabel", "label")?;
        let word = option.word();
        let unknown = || {
            let text = format!("label '{word}' not found or invalid value");
            given.problem(&text)
        };
        one(XtMatch::Connlabel {
            label: option.of(word.parse().map_err(|_| unknown())?),
            set: given.has("set"),
        })
    },
    show: |view| match first(view)? {
        XtMatch::Connlabel {
            label: Not { is, not },
            set,
        } => {
            let end = if *set { (" --set", " set") } else { ("", "") };
            let not = bang(*not);
            said(
                format!("-m connlabel {not}--label \"{is}\"{}", end.0),
                format!("connlabel {not}{is}{}", end.1),
            )
        }
        _ => None,
    },
};

pub(super) const CLUSTER: Extension = Extension {
    name: "cluster",
    options: &[
        ("cluster-total-nodes", 1),
        ("cluster-local-node", 1),
        ("cluster-local-nodemask", 1),
        ("cluster-hash-seed", 1),
    ],
    build: cluster,
    show: show_cluster,
};

fn cluster(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let of = "cluster";
    let most = u64::from(u32::MAX);
    let few = |name: &str| -> Outcome<Option<u32>> {
        let Some(option) = given.option(name) else {
            return Ok(None);
        };
        let found = option.word().parse().ok().filter(|n| (1..=32).contains(n));
        let text = format!("{of}: bad value for option \"--{name}\", or out of range (1-32).\n");
        Ok(Some(found.ok_or_else(|| given.problem(&text))?))
    };
    let (total, node) = (few("cluster-total-nodes")?, few("cluster-local-node")?);
    let total = match total {
        Some(total) => total,
        None => given.needed(of, "cluster-total-nodes").map(|_| 0)?,
    };
    let seed = given.needed(of, "cluster-hash-seed");
    let nodes = match (node, given.option("cluster-local-nodemask")) {
        (Some(node), _) if node > total => {
            let text = "cluster match: `--cluster-local-node' must be <= `--cluster-total-nodes'";
            return Err(given.problem(text));
        }
        (Some(node), _) => Not {
            is: 1 << (node - 1),
            not: given.option("cluster-local-node").is_some_and(|o| o.not),
        },
        (None, Some(option)) => option.of(given.uint(of, option, most)? as u32),
        (None, None) => {
            let text =
                "cluster match: `--cluster-local-node' or`--cluster-local-nodemask' is missing";
            return Err(given.problem(text));
        }
    };
    let seed = given.uint(of, seed?, most)? as u32;
    one(XtMatch::Cluster { nodes, total, seed })
}

fn show_cluster(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Cluster { nodes, total, seed } = first(view)? else {
        return None;
    };
    let Not { is, not } = *nodes;
    said(
        format!(
            "-m cluster {}--cluster-local-nodemask {is:#010x} --cluster-total-nodes {total} \
             --cluster-hash-seed {seed:#010x}",
            bang(not)
        ),
        format!(
            "cluster {}node_mask={is:#010x} total_nodes={total} hash_seed={seed:#010x}",
            mark(not)
        ),
    )
}
