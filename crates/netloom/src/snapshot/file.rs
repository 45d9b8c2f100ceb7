//! The form in which snapshots are kept: JSON as `docs/snapshot.schema.json` says, with the number of
//! its form. A large one is compressed by gzip (RFC 1952), so that it fits a bug report; both are read,
//! whatever the file is called.

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use netloom_model::snapshot::{Missing, VERSION};
use netloom_model::{Namespace, NsName, Snapshot};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// What is longer is compressed, and has no line for each value.
const LARGE: usize = 64 * 1024;

/// What is longer, compressed or not, is not read; nor is more of an archive. A host of 1,000 namespaces is a
/// tenth of it.
pub(super) const LIMIT: u64 = 1024 * 1024 * 1024;

/// How gzip begins (RFC 1952, 2.3.1).
pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A snapshot as JSON, a line for each value.
pub fn text(snapshot: &Snapshot) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(snapshot)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A snapshot as it is kept.
pub fn bytes(snapshot: &Snapshot) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(snapshot)?;
    if json.len() <= LARGE {
        return text(snapshot);
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&json)?;
    gzip.finish()
}

/// What a file holds, without its compression.
///
/// # Errors
/// A sentence: it is damaged, or too long.
pub fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if !bytes.starts_with(&GZIP) {
        return Ok(bytes);
    }
    limited(MultiGzDecoder::new(&*bytes)).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => error.to_string(),
        _ => format!("its compression (gzip) is damaged: {error}"),
    })
}

/// All that can be read.
///
/// # Errors
/// It cannot be read, or is too long.
pub fn limited(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LIMIT + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LIMIT {
        true => Err(too_long()),
        false => Ok(bytes),
    }
}

/// That it is longer than what is read.
pub(super) fn too_long() -> io::Error {
    let text = format!("it is longer than {} GiB", LIMIT >> 30);
    io::Error::new(io::ErrorKind::FileTooLarge, text)
}

/// The snapshot of a JSON text.
///
/// # Errors
/// A sentence that says what is wrong, and where.
pub fn parse(json: &[u8]) -> Result<Snapshot, String> {
    let refused = match serde_json::from_slice::<Snapshot>(json) {
        Ok(mut snapshot) if snapshot.version == VERSION => {
            without_parts(json, &mut snapshot);
            return Ok(snapshot);
        }
        Ok(snapshot) => return Err(other_version(snapshot.version)),
        Err(error) => error,
    };
    // What it is instead says more than the first key that is missing.
    match serde_json::from_slice::<Head>(json) {
        Ok(Head {
            version: Some(version),
            state: Some(_),
        }) if version != VERSION => Err(other_version(version)),
        Ok(Head { state: None, .. }) => {
            Err("it is JSON, but no snapshot: it has no \"state\"".to_owned())
        }
        _ => Err(format!("it is no snapshot, or a damaged one: {refused}")),
    }
}

/// A part that a namespace of the file does not have at all was not read: it is missing, and not empty.
fn without_parts(json: &[u8], snapshot: &mut Snapshot) {
    let whole = serde_json::to_value(Namespace::default()).unwrap_or_default();
    let (Some(whole), Ok(keys)) = (whole.as_object(), serde_json::from_slice::<Keys>(json)) else {
        return;
    };
    for (ns, keys) in keys.state.namespaces {
        for part in whole.keys().filter(|part| !keys.contains_key(*part)) {
            if snapshot.why_missing(&ns, part).is_none() {
                snapshot.missing.push(Missing {
                    ns: Some(ns.clone()),
                    part: part.clone(),
                    why: "the file does not have it".to_owned(),
                });
            }
        }
    }
}

/// Which parts its namespaces have.
#[derive(Deserialize)]
struct Keys {
    state: KeysOfState,
}

#[derive(Deserialize)]
struct KeysOfState {
    namespaces: BTreeMap<NsName, BTreeMap<String, IgnoredAny>>,
}

/// What every version has.
#[derive(Deserialize)]
struct Head {
    version: Option<u32>,
    state: Option<IgnoredAny>,
}

fn other_version(version: u32) -> String {
    let advice = match version > VERSION {
        true => "a newer netloom wrote it, and can read it",
        false => "take it anew",
    };
    format!("it has version {version}, and this netloom reads version {VERSION}: {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Snapshot, String> {
        parse(&unpacked(bytes.to_vec())?)
    }

    fn with_settings(count: u32) -> Snapshot {
        let mut snapshot = Snapshot::default();
        let setting = |n| (format!("net.ipv4.conf.eth{n}.rp_filter").into(), "1".into());
        let namespace = Namespace {
            sysctls: (0..count).map(setting).collect(),
            ..Namespace::default()
        };
        (snapshot.state.namespaces).insert(NsName::first(), namespace);
        snapshot
    }

    #[test]
    fn what_is_written_is_read_whether_it_is_large_or_not() {
        for (count, compressed) in [(3, false), (10_000, true)] {
            let snapshot = with_settings(count);
            let bytes = bytes(&snapshot).unwrap();
            assert_eq!(bytes.starts_with(&GZIP), compressed);
            assert!(bytes.len() < LARGE);
            assert_eq!(read(&bytes).unwrap(), snapshot);
            assert_eq!(read(&text(&snapshot).unwrap()).unwrap(), snapshot);
        }
    }

    #[test]
    fn gzip_may_be_of_several_members() {
        let snapshot = with_settings(10_000);
        let json = text(&snapshot).unwrap();
        let (one, other) = json.split_at(json.len() / 2);
        let packed = [one, other].map(|part| {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(part).unwrap();
            gzip.finish().unwrap()
        });
        assert_eq!(read(&packed.concat()).unwrap(), snapshot);
    }

    #[test]
    fn what_a_file_does_not_have_is_missing() {
        let json = serde_json::to_value(with_settings(1)).unwrap();
        let mut half = json.clone();
        let namespace = half["state"]["namespaces"][""].as_object_mut().unwrap();
        namespace.remove("ruleset");
        namespace.remove("routes");
        let read = parse(half.to_string().as_bytes()).unwrap();
        let why = |part| read.why_missing(&NsName::first(), part);
        assert_eq!(why("ruleset"), Some("the file does not have it"));
        assert_eq!(why("routes"), why("ruleset"));
        assert_eq!(why("links"), None);
        assert_eq!(
            parse(json.to_string().as_bytes()).unwrap(),
            with_settings(1)
        );
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let whole = bytes(&with_settings(10_000)).unwrap();
        for (bytes, says) in [
            (
                &b"{\n \"version\": 1,\n \"state\": {,\n"[..],
                "line 3 column 12",
            ),
            (b"", "damaged"),
            (b"[1, 2]", "no snapshot"),
            (br#"{"nftables": []}"#, "no \"state\""),
            (br#"{"version": 2, "state": {"new": 1}}"#, "a newer netloom"),
            (br#"{"version": 0, "state": 1}"#, "take it anew"),
            (&whole[..whole.len() / 2], "gzip"),
        ] {
            let said = read(bytes).unwrap_err();
            assert!(said.contains(says), "{said}");
        }
    }
}
