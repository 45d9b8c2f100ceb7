//! Every crate in the tree may be used under licences that `deny.toml` allows.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// The licences in the list `allow` of `deny.toml`.
fn allowed(root: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(root.join("deny.toml")).unwrap();
    let (_, list) = text.split_once("allow = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    list.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// Whether an SPDX expression can be met by what is allowed. `AND` binds stronger than `OR`, and
/// the slash of old manifests means `OR`.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    // No crate nests parentheses; a group counts as one licence.
    if let Some((before, rest)) = expression.split_once('(')
        && let Some((group, after)) = rest.split_once(')')
    {
        let met = if is_met(group, allowed) {
            &allowed[0]
        } else {
            "none"
        };
        return is_met(&format!("{before}{met}{after}"), allowed);
    }
    expression.split(" OR ").any(|choice| {
        let mut parts = choice.split(" AND ").map(str::trim);
        parts.all(|licence| allowed.iter().any(|a| a == licence))
    })
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(&root)
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo metadata failed");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let allowed = allowed(&root);
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 5);
    let refused: Vec<String> = packages
        .iter()
        .filter(|p| !p["license"].as_str().is_some_and(|l| is_met(l, &allowed)))
        .map(|p| format!("{} {}: {}", p["name"], p["version"], p["license"]))
        .collect();
    assert!(refused.is_empty(), "not allowed by deny.toml: {refused:#?}");
}

#[test]
fn an_expression_is_met_if_one_of_its_choices_is() {
    let allowed = ["MIT".to_owned(), "ISC".to_owned()];
    let met = |expression| is_met(expression, &allowed);
    assert!(met("MIT"));
    assert!(met("GPL-3.0 OR MIT"));
    assert!(met("GPL-3.0/MIT"));
    assert!(met("(GPL-3.0 OR MIT) AND ISC"));
    assert!(!met("GPL-3.0"));
    assert!(!met("MIT AND GPL-3.0"));
    assert!(!met("(MIT OR ISC) AND GPL-3.0"));
}
