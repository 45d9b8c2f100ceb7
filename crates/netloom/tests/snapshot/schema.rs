//! A snapshot is what its schema says: what real ones hold is in it.

use libtest_mimic::Failed;
use serde_json::Value;

/// Holds a snapshot's JSON to the schema.
pub(crate) fn hold(json: &[u8]) -> Result<(), Failed> {
    let schema = include_str!("../../../../docs/snapshot.schema.json");
    let schema: Value = serde_json::from_str(schema)?;
    check(&schema, &schema, &serde_json::from_slice(json)?, "snapshot")?;
    Ok(())
}

/// Holds a value to a schema, by the words of JSON Schema that ours uses.
fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{at}: {what}: {value}"));
    if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
        let part = path.strip_prefix('#').and_then(|path| root.pointer(path));
        return check(root, part.ok_or("a $ref that leads nowhere")?, value, at);
    }
    if schema.get("const").is_some_and(|meant| meant != value) {
        return wrong("another constant");
    }
    if let Some(kinds) = schema.get("type")
        && !list(kinds).iter().any(|kind| is(value, kind))
    {
        return wrong("another type");
    }
    for key in schema.get("required").map(list).unwrap_or_default() {
        if value.get(key.as_str().unwrap_or_default()).is_none() {
            return wrong(&format!("{key} is missing"));
        }
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        let known = schema.get("properties").and_then(|all| all.get(key));
        let inner_at = format!("{at}.{key}");
        match known.or_else(|| schema.get("additionalProperties")) {
            Some(Value::Bool(false)) => return wrong(&format!("{key} is not in the schema")),
            Some(schema) => check(root, schema, inner, &inner_at)?,
            None => {}
        }
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        for (n, value) in values.iter().enumerate() {
            check(root, items, value, &format!("{at}[{n}]"))?;
        }
    }
    Ok(())
}

/// The values of a list; another value stands for a list of itself.
fn list(value: &Value) -> Vec<Value> {
    let one = || vec![value.clone()];
    value.as_array().cloned().unwrap_or_else(one)
}

fn is(value: &Value, kind: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    }
}
