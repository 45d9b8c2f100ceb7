//! The judge judged: that normalising takes out what it should and no more, and that a run which
//! prints something else than its record fails.

use crate::normalise::normalise;
use crate::record;
use crate::script::Script;
use libtest_mimic::{Failed, Trial};

/// The trials, which need neither root nor netloom.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test(
            "checks::random_addresses_are_numbered_as_they_appear",
            random_addresses,
        ),
        Trial::test(
            "checks::addresses_that_the_script_names_stay",
            named_addresses,
        ),
        Trial::test(
            "checks::indexes_times_and_identifiers_are_taken_out",
            varying_numbers,
        ),
        Trial::test(
            "checks::a_run_that_prints_something_else_fails",
            another_output,
        ),
    ]
}

fn equal(seen: &str, expected: &str) -> Result<(), Failed> {
    if seen == expected {
        Ok(())
    } else {
        Err(format!("{seen:?} is not {expected:?}").into())
    }
}

fn random_addresses() -> Result<(), Failed> {
    let printed = "a 6e:01:02:03:04:05 b 6E:01:02:03:04:06\n8000.6e0102030405 ff:ff:ff:ff:ff:ff\n";
    equal(
        &normalise(printed, ""),
        "a MAC1 b MAC2\n8000.MAC1 ff:ff:ff:ff:ff:ff\n",
    )
}

fn named_addresses() -> Result<(), Failed> {
    let script = "ip link set veth0 address 02:00:00:00:00:0A\n";
    let printed = "02:00:00:00:00:0a 8000.02000000000a 02:00:00:00:00:0b\n";
    equal(
        &normalise(printed, script),
        "02:00:00:00:00:0a 8000.02000000000a MAC1\n",
    )
}

fn varying_numbers() -> Result<(), Failed> {
    let printed = "7: veth0@if3: <UP> mtu 1500\n64 bytes: icmp_seq=1 ttl=64 time=0.04 ms\n\
                   12:00:01.123456 IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 77, seq 1\n";
    let expected = "N: veth0@ifN: <UP> mtu 1500\n64 bytes: icmp_seq=1 ttl=64 time=T ms\n\
                    TIME IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id ID, seq 1\n";
    equal(&normalise(printed, ""), expected)
}

fn another_output() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("check.sh");
    let script = Script {
        name: "check".to_owned(),
        path,
        text: String::new(),
    };
    std::fs::write(script.record(), "one\ntwo\nexit status: 0\n")?;
    record::judge(&script, "one\ntwo\nexit status: 0\n", false)?;
    match record::judge(&script, "one\n2\nexit status: 0\n", false) {
        Ok(()) => Err("another output was taken for the record".into()),
        Err(failed) => equal(
            failed.message().unwrap_or_default(),
            "check: - the record, + this run\n one\n-two\n+2\n exit status: 0\n",
        ),
    }
}
