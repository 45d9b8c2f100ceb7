//! What Linux and bridge(8) said, recorded.

use super::*;

/// What Linux 6.1 told and iproute2 asked, of a bridge of number 2 with ports 4 and 6.
const RECORDED: &str = include_str!("recorded.txt");

/// The bytes of a line of the record.
fn recorded(name: &str) -> Vec<u8> {
    let line = RECORDED.lines().find_map(|line| line.strip_prefix(name));
    let digits = line.expect("a line of that name").trim();
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

fn shown(vlans: &[BridgeVlan]) -> Vec<(u16, bool, bool, PortState, u8)> {
    let each = vlans.iter();
    each.map(|vlan| {
        (
            vlan.vid,
            vlan.pvid,
            vlan.untagged,
            vlan.state,
            vlan.mcast_router,
        )
    })
    .collect()
}

#[test]
fn ranges_of_vlans_are_each_of_them() {
    let found = decode(&recorded("members: ")).unwrap();
    let forwards = PortState::Forwarding;
    let tagged = |vid, router| (vid, false, false, forwards, router);
    let mut awaited = vec![(1, false, true, forwards, 1), (10, true, true, forwards, 1)];
    awaited.extend((11..=13).map(|vid| tagged(vid, 2)));
    awaited.extend([14, 18, 19, 20].map(|vid| tagged(vid, 1)));
    assert_eq!(shown(&found), awaited);
    assert!(found.iter().all(|vlan| vlan.dev == 4));
}

#[test]
fn what_came_and_went_is_told_where_it_is_asked() {
    let found = decode(&recorded("counted: ")).unwrap();
    let counted = VlanStats {
        rx_bytes: 1432,
        rx_packets: 19,
        tx_bytes: 2468,
        tx_packets: 33,
    };
    assert_eq!(found[0].stats, counted);
    assert_eq!(found[1].stats, VlanStats::default());
    assert_eq!(found[1].state, PortState::Learning);
    assert_eq!(ask(Dump::Members).bytes().len(), 16);
}

#[test]
fn what_a_bridge_has_for_a_vlan_is_read() {
    let found = global(&recorded("global: ")).unwrap();
    let ids: Vec<u16> = found.iter().map(|vlan| vlan.vid).collect();
    assert_eq!(ids, [10, 18, 19, 20]);
    let mcast = VlanMulticast {
        snooping: 0,
        query_interval: 500,
        ..VlanMulticast::default()
    };
    assert_eq!((found[0].dev, &found[0].mcast), (2, &mcast));
    assert_eq!(found[1].mcast, VlanMulticast::default());
}

#[test]
fn kernels_without_messages_for_vlans_tell_them_with_the_port() {
    let found = of_link(&recorded("link: ")).unwrap();
    let forwards = PortState::Forwarding;
    let awaited = [
        (1, true, true, forwards, 1),
        (20, false, false, forwards, 1),
    ];
    assert_eq!(shown(&found), awaited);
}

#[test]
fn changes_are_the_requests_that_bridge_makes_of_them() {
    let (one, range) = (VlanIds::one, |first, last| VlanIds { first, last });
    let add = |ids, pvid, own| VlanChange::Add {
        ids,
        pvid,
        untagged: pvid,
        own,
    };
    let (learning, both) = (Some(PortState::Learning), Some(2));
    let mcast = VlanMulticastSettings {
        snooping: Some(0),
        query_interval: Some(500),
        ..VlanMulticastSettings::default()
    };
    let ids = one(10);
    for (name, dev, told) in [
        ("add range: ", 4, add(range(10, 20), false, false)),
        ("add pvid: ", 4, add(one(10), true, false)),
        ("add self: ", 2, add(one(30), false, true)),
        (
            "del range: ",
            4,
            VlanChange::Del {
                ids: range(15, 17),
                own: false,
            },
        ),
        (
            "del self: ",
            2,
            VlanChange::Del {
                ids: one(1),
                own: true,
            },
        ),
        (
            "set state: ",
            6,
            VlanChange::Set {
                ids: one(20),
                state: learning,
                mcast_router: None,
            },
        ),
        (
            "set router: ",
            4,
            VlanChange::Set {
                ids: range(11, 13),
                state: None,
                mcast_router: both,
            },
        ),
        ("set global: ", 2, VlanChange::SetGlobal { ids, mcast }),
    ] {
        let (kind, body) = change(dev, &told);
        let mut asked = kind.to_le_bytes().to_vec();
        asked.extend(body.bytes());
        assert_eq!(asked, recorded(name), "{name}");
    }
}
