//! What each call does, in the engine: corners that the examples leave out.

#![allow(missing_docs, reason = "a test")]

use netloom_engine::{Engine, Simulation};
use netloom_model::{Errno, Reply, Request};
use netloom_rules::{
    Error, Family, IpTables, Policy, Ports, Protocol, Reject, Restore, Rule, Save, Stat, State,
    Target, Translation, World,
};
use std::net::Ipv4Addr;

fn tables() -> IpTables<Simulation> {
    of(Family::V4)
}

fn of(family: Family) -> IpTables<Simulation> {
    let engine = Engine::new(1);
    IpTables::new(Simulation { engine }, family)
}

/// The rules of a chain.
fn rules(tables: &mut IpTables<Simulation>, chain: &str) -> Vec<String> {
    tables.list("filter", chain).unwrap().split_off(1)
}

#[test]
fn a_chain_of_the_tables_own_is_there_before_it_is_made() {
    let mut tables = tables();
    assert_eq!(tables.list("filter", "INPUT").unwrap(), ["-P INPUT ACCEPT"]);
    let chains = ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"];
    assert_eq!(tables.list_chains("nat").unwrap(), chains);
    assert!(!tables.exists("filter", "INPUT", "-j DROP").unwrap());
    tables.clear_chain("filter", "INPUT").unwrap();
    tables.clear_all().unwrap();
    tables.delete_all().unwrap();
    assert_eq!(tables.save().unwrap(), "", "looking makes nothing");
}

#[test]
fn tables_and_chains_that_are_not_there_are_told_by_their_names() {
    let mut tables = tables();
    let error = tables.append("filtre", "INPUT", "-j DROP").unwrap_err();
    let table = "filtre".to_owned();
    assert_eq!(error, Error::NoTable { table });
    let no_chain = |chain: &str| Error::NoChain {
        table: "filter".to_owned(),
        chain: chain.to_owned(),
    };
    let told = tables.append("filter", "web", "-j DROP").unwrap_err();
    assert_eq!(told, no_chain("web"));
    let told = tables.append("filter", "INPUT", "-j web").unwrap_err();
    assert_eq!(told, no_chain("web"));
    let told = tables.exists("filter", "INPUT", "-g web").unwrap_err();
    assert_eq!(told, no_chain("web"));
    let told = tables.delete("filter", "INPUT", "-j web").unwrap_err();
    assert_eq!(told, no_chain("web"));
    for told in [
        tables.list("filter", "web").map(|_| ()),
        tables.list_by_id("filter", "web", 1).map(|_| ()),
        tables.stats("filter", "web").map(|_| ()),
        tables.delete("filter", "web", "-j DROP"),
        tables.delete_by_id("filter", "web", 1),
        tables.delete_chain("filter", "web"),
        tables.rename_chain("filter", "web", "http"),
    ] {
        assert_eq!(told, Err(no_chain("web")));
    }
}

#[test]
fn numbers_that_do_not_fit_are_told_with_how_many_there_are() {
    let mut tables = tables();
    tables.append("filter", "INPUT", "-j DROP").unwrap();
    let told = |number| {
        Err(Error::NoSuchNumber {
            table: "filter".to_owned(),
            chain: "INPUT".to_owned(),
            number,
            rules: 1,
        })
    };
    assert_eq!(tables.insert("filter", "INPUT", 3, "-j DROP"), told(3));
    assert_eq!(tables.insert("filter", "INPUT", 0, "-j DROP"), told(0));
    assert_eq!(tables.replace("filter", "INPUT", 2, "-j DROP"), told(2));
    assert_eq!(tables.delete_by_id("filter", "INPUT", 2), told(2));
    tables.insert("filter", "INPUT", 2, "-j ACCEPT").unwrap();
    assert_eq!(
        rules(&mut tables, "INPUT"),
        ["-A INPUT -j DROP", "-A INPUT -j ACCEPT"]
    );
}

#[test]
fn several_addresses_are_several_rules() {
    let mut tables = tables();
    let two = "-s 10.0.0.1,10.0.0.2 -j DROP";
    tables.append("filter", "INPUT", two).unwrap();
    assert_eq!(rules(&mut tables, "INPUT").len(), 2);
    assert!(tables.exists("filter", "INPUT", two).unwrap());
    assert!(
        !tables
            .exists("filter", "INPUT", "-s 10.0.0.1,10.0.0.3 -j DROP")
            .unwrap()
    );
    tables.append_unique("filter", "INPUT", two).unwrap();
    assert_eq!(rules(&mut tables, "INPUT").len(), 2);
    assert!(tables.replace("filter", "INPUT", 1, two).is_err());
    tables.delete("filter", "INPUT", two).unwrap();
    assert!(rules(&mut tables, "INPUT").is_empty());
}

#[test]
fn a_rule_that_the_kernel_would_not_take_there_is_refused_with_its_words() {
    let mut tables = tables();
    let error = tables
        .append("filter", "INPUT", "-j MASQUERADE")
        .unwrap_err();
    assert_eq!(
        error,
        Error::Refused {
            what: "-t filter -A INPUT -j MASQUERADE".to_owned(),
            errno: Errno::INVAL,
            said: None,
        }
    );
}

#[test]
fn a_name_that_no_chain_can_have_is_told() {
    let mut tables = tables();
    let long = "x".repeat(29);
    for name in [
        "-x",
        "!x",
        "DROP",
        "MASQUERADE",
        "two words",
        "",
        long.as_str(),
    ] {
        let told = tables.new_chain("filter", name).unwrap_err();
        assert!(matches!(told, Error::Syntax { .. }), "{name}: {told}");
    }
    let told = tables.new_chain("filter", "INPUT").unwrap_err();
    assert!(told.is_exist(), "{told}");
}

#[test]
fn a_chain_in_use_is_not_deleted() {
    let mut tables = tables();
    tables.new_chain("filter", "web").unwrap();
    tables.append("filter", "INPUT", "-j web").unwrap();
    let told = tables.delete_chain("filter", "web").unwrap_err();
    assert!(
        matches!(told, Error::InUse { .. }) && told.is_busy(),
        "{told}"
    );
    assert!(!told.is_not_exist());
    assert!(tables.clear_and_delete_chain("filter", "web").is_err());
    tables.delete("filter", "INPUT", "-j web").unwrap();
    tables.delete_chain("filter", "web").unwrap();
}

#[test]
fn policies_are_of_own_chains_alone() {
    let mut tables = tables();
    tables.new_chain("filter", "web").unwrap();
    for chain in ["web", "nowhere"] {
        let told = tables.change_policy("filter", chain, Policy::Drop);
        assert!(matches!(told, Err(Error::NotBuiltIn { .. })), "{chain}");
    }
    tables
        .change_policy("filter", "INPUT", Policy::Drop)
        .unwrap();
    tables
        .change_policy("filter", "INPUT", Policy::Accept)
        .unwrap();
    assert_eq!(tables.list("filter", "INPUT").unwrap(), ["-P INPUT ACCEPT"]);
}

#[test]
fn a_transaction_sees_what_it_did_itself() {
    let mut tables = tables();
    tables.append("filter", "INPUT", "-p icmp -j DROP").unwrap();
    let told = tables.transaction(|t| {
        t.new_chain("filter", "web")?;
        t.append("filter", "web", "-p tcp -j ACCEPT")?;
        t.append("filter", "INPUT", "-j web")?;
        t.insert("filter", "INPUT", 1, "-i lo -j ACCEPT")?;
        t.delete("filter", "INPUT", "-p icmp -j DROP")?;
        t.rename_chain("filter", "web", "http")?;
        t.append("filter", "http", "-j DROP")?;
        assert!(t.exists("filter", "http", "-p tcp -j ACCEPT")?);
        assert!(!t.chain_exists("filter", "web")?);
        assert!(t.list_chains("filter")?.contains(&"http".to_owned()));
        t.list("filter", "INPUT")
    });
    let expected = [
        "-P INPUT ACCEPT",
        "-A INPUT -i lo -j ACCEPT",
        "-A INPUT -j http",
    ];
    assert_eq!(told.unwrap(), expected);
    assert_eq!(tables.list("filter", "INPUT").unwrap(), expected);
    let http = ["-A http -p tcp -j ACCEPT", "-A http -j DROP"];
    assert_eq!(rules(&mut tables, "http"), http);
}

#[test]
fn a_chain_can_go_and_come_again_in_one_transaction() {
    let mut tables = tables();
    tables.new_chain("filter", "web").unwrap();
    tables.append("filter", "web", "-j DROP").unwrap();
    tables.append("filter", "INPUT", "-j web").unwrap();
    let done = tables.transaction(|t| {
        t.delete("filter", "INPUT", "-j web")?;
        t.clear_and_delete_chain("filter", "web")?;
        t.new_chain("filter", "web")?;
        t.append("filter", "web", "-j ACCEPT")?;
        t.append("filter", "INPUT", "-g web")
    });
    done.unwrap();
    assert_eq!(rules(&mut tables, "web"), ["-A web -j ACCEPT"]);
    assert_eq!(rules(&mut tables, "INPUT"), ["-A INPUT -g web"]);
}

#[test]
fn rules_put_in_by_a_transaction_can_be_moved_about_in_it() {
    let mut tables = tables();
    for port in 1..=3 {
        let rule = Rule::new().protocol(Protocol::Udp).destination_port(port);
        tables.append("filter", "INPUT", &rule).unwrap();
    }
    let port = |port: u16| Rule::new().protocol(Protocol::Udp).destination_port(port);
    let done = tables.transaction(|t| {
        t.append("filter", "INPUT", port(9))?;
        // Renaming writes down what was done so far.
        t.new_chain("filter", "a")?;
        t.rename_chain("filter", "a", "b")?;
        t.insert("filter", "INPUT", 4, port(8))?;
        t.delete("filter", "INPUT", port(9))?;
        t.replace("filter", "INPUT", 1, port(7))?;
        t.list("filter", "INPUT")
    });
    let done = done.unwrap().split_off(1);
    let expected = [7, 2, 3, 8].map(|port| format!("-A INPUT -p udp -m udp --dport {port}"));
    assert_eq!(done, expected);
    assert_eq!(rules(&mut tables, "INPUT"), expected);
}

#[test]
fn nothing_of_a_transaction_happens_where_its_last_step_is_refused() {
    let mut tables = tables();
    let told = tables.transaction(|t| {
        t.new_chain("filter", "web")?;
        t.append("filter", "INPUT", "-j web")?;
        t.delete_chain("filter", "web")
    });
    assert!(matches!(told, Err(Error::InUse { .. })), "{told:?}");
    assert_eq!(tables.save().unwrap(), "");
}

#[test]
fn a_transaction_of_which_the_work_fails_does_nothing() {
    let mut tables = tables();
    let told = tables.transaction(|t| -> Result<(), Error> {
        t.append("filter", "INPUT", "-j DROP")?;
        Err(Error::Permission)
    });
    assert_eq!(told, Err(Error::Permission));
    assert!(rules(&mut tables, "INPUT").is_empty());
}

#[test]
fn what_is_saved_is_restored() {
    let mut tables = tables();
    tables.new_chain("filter", "web").unwrap();
    tables
        .append("filter", "web", "-p tcp -c 3 252 -j ACCEPT")
        .unwrap();
    tables
        .append("nat", "POSTROUTING", "-o eth0 -j MASQUERADE")
        .unwrap();
    let all = Save {
        counters: true,
        ..Save::default()
    };
    let saved = tables.save_with(all).unwrap();
    let mut other = of(Family::V4);
    let counters = Restore {
        counters: true,
        ..Restore::default()
    };
    other.restore_with(&saved, counters).unwrap();
    assert_eq!(other.save_with(all).unwrap(), saved);
}

#[test]
fn a_text_with_a_mistake_in_its_second_table_changes_neither() {
    let mut tables = tables();
    tables.append("filter", "INPUT", "-j DROP").unwrap();
    let text = "*filter\nCOMMIT\n*nat\n-A PREROUTING -p tcp --dport x -j ACCEPT\nCOMMIT\n";
    let told = tables.restore(text).unwrap_err();
    let Error::File { line, why } = told else {
        panic!("{told}");
    };
    assert_eq!(line, Some(4));
    assert!(why.contains("invalid port/service `x' specified"), "{why}");
    assert_eq!(rules(&mut tables, "INPUT"), ["-A INPUT -j DROP"]);
    let twice = "*filter\n-A INPUT -p tcp\nCOMMIT\n*filter\n-A INPUT -p udp\nCOMMIT\n";
    tables.restore(twice).unwrap();
    assert_eq!(rules(&mut tables, "INPUT"), ["-A INPUT -p udp"]);
}

#[test]
fn a_text_that_says_a_table_twice_happens_whole_or_not_at_all() {
    let text = |last: &str| {
        format!(
            "*filter\n:INPUT DROP [0:0]\n:own - [0:0]\n-A INPUT -p tcp -j own\nCOMMIT\n\
             *nat\n-A PREROUTING -j ACCEPT\nCOMMIT\n\
             *filter\n:own - [0:0]\n-A own {last}\nCOMMIT\n"
        )
    };
    for (legacy, noflush) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut tables = if legacy { tables().legacy() } else { tables() };
        tables.append("filter", "OUTPUT", "-j ACCEPT").unwrap();
        let how = Restore {
            noflush,
            ..Restore::default()
        };
        for wrong in ["-j nowhere", "-p tcp --dport x"] {
            let error = tables.restore_with(&text(wrong), how).unwrap_err();
            // What leads nowhere is found out at the end of its table.
            let at = matches!(
                error,
                Error::File {
                    line: Some(11 | 12),
                    ..
                }
            );
            assert!(at, "{error}");
            let told = tables.list("filter", "OUTPUT").unwrap();
            assert_eq!(told, ["-P OUTPUT ACCEPT", "-A OUTPUT -j ACCEPT"]);
            let input = tables.list("filter", "INPUT").unwrap();
            assert_eq!(input, ["-P INPUT ACCEPT"], "{wrong}");
            assert!(rules_of_nat(&mut tables).is_empty());
        }
        tables.restore_with(&text("-j RETURN"), how).unwrap();
        let input = tables.list("filter", "INPUT").unwrap();
        // As iptables-restore has it: what is flushed keeps its policy where it is of the older kind.
        let policy = if legacy || noflush { "DROP" } else { "ACCEPT" };
        let mut expected = vec![format!("-P INPUT {policy}")];
        expected.extend(noflush.then(|| "-A INPUT -p tcp -j own".to_owned()));
        assert_eq!(input, expected);
        assert_eq!(rules(&mut tables, "own"), ["-A own -j RETURN"]);
        assert_eq!(rules(&mut tables, "OUTPUT").is_empty(), !noflush);
        assert_eq!(rules_of_nat(&mut tables).len(), 1);
    }
}

fn rules_of_nat(tables: &mut IpTables<Simulation>) -> Vec<String> {
    tables.list("nat", "PREROUTING").unwrap().split_off(1)
}

/// A world some of whose first answers are interrupted.
struct Interrupted(Simulation, u32);

impl World for Interrupted {
    fn call(&mut self, request: Request) -> netloom_model::Result<Reply> {
        self.1 += 1;
        match [1, 3, 6, 10, 11].contains(&self.1) {
            true => Err(Errno::INTR.into()),
            false => self.0.call(request),
        }
    }
}

#[test]
fn what_is_interrupted_is_done_again() {
    for legacy in [false, true] {
        let engine = Engine::new(1);
        let world = Interrupted(Simulation { engine }, 0);
        let mut tables = IpTables::new(world, Family::V4);
        if legacy {
            tables = tables.legacy();
        }
        let text = "*filter\n-A INPUT -p tcp -j DROP\nCOMMIT\n";
        tables.restore(text).unwrap();
        tables.append("filter", "INPUT", "-p udp -j DROP").unwrap();
        assert!(tables.save().unwrap().contains("-A INPUT -p tcp -j DROP"));
        assert!(tables.into_world().1 > 11);
    }
}

#[test]
fn ipv6_has_rules_of_its_own() {
    let mut tables = of(Family::V6);
    let rule = "-p ipv6-icmp --icmpv6-type echo-request -s fe80::/10 -j REJECT";
    tables.append("filter", "INPUT", rule).unwrap();
    assert_eq!(
        tables.list("filter", "INPUT").unwrap()[1],
        "-A INPUT -s fe80::/10 -p ipv6-icmp -m icmp6 --icmpv6-type 128 \
         -j REJECT --reject-with icmp6-port-unreachable"
    );
    let row = &tables.structured_stats("filter", "INPUT").unwrap()[0];
    assert_eq!((row.protocol.as_str(), row.opt.as_str()), ("58", "--"));
    assert_eq!(row.source.to_string(), "fe80::/10");
    assert_eq!(row.destination.to_string(), "::/0");
    let mut v4 = IpTables::new(tables.into_world(), Family::V4);
    assert_eq!(v4.list("filter", "INPUT").unwrap().len(), 1);
}

#[test]
fn tables_of_the_older_kind_are_apart_from_the_others() {
    let mut tables = tables().legacy();
    tables.append("filter", "INPUT", "-j DROP").unwrap();
    let lines = tables.list_with_counters("filter", "INPUT").unwrap();
    assert_eq!(lines, ["-P INPUT ACCEPT -c 0 0", "-A INPUT -c 0 0 -j DROP"]);
    let mut newer = IpTables::new(tables.into_world(), Family::V4);
    assert_eq!(newer.list("filter", "INPUT").unwrap().len(), 1);
}

#[test]
fn a_row_of_a_rule_without_a_target_keeps_its_columns() {
    let mut tables = tables();
    tables
        .append("filter", "INPUT", "-p udp ! -i eth0")
        .unwrap();
    let row = tables.stats("filter", "INPUT").unwrap().remove(0);
    let expected = [
        "0",
        "0",
        "",
        "17",
        "--",
        "!eth0",
        "*",
        "0.0.0.0/0",
        "0.0.0.0/0",
        "",
    ];
    assert_eq!(row, expected);
    assert_eq!(Stat::parse(&row).unwrap().input, "!eth0");
}

#[test]
fn typed_rules_say_what_their_words_say() {
    let mut tables = tables();
    let to: Translation = Ipv4Addr::new(10, 0, 0, 9).into();
    let ports: Option<Ports> = Some((80..=81).into());
    let cases = [
        (
            "nat",
            "PREROUTING",
            Rule::new()
                .protocol(Protocol::Tcp)
                .destination_port(8080)
                .jump(Target::Dnat(Translation { ports, ..to })),
            "-p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.9:80-81",
        ),
        (
            "nat",
            "OUTPUT",
            Rule::new()
                .protocol(Protocol::Tcp)
                .jump(Target::Redirect((5..=6).into())),
            "-p tcp -j REDIRECT --to-ports 5-6",
        ),
        (
            "filter",
            "INPUT",
            Rule::new()
                .protocol(Protocol::Tcp)
                .syn()
                .not()
                .states([State::Established])
                .jump(Target::Reject(Reject::TcpReset)),
            "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack ! --ctstate ESTABLISHED \
             -j REJECT --reject-with tcp-reset",
        ),
        (
            "mangle",
            "PREROUTING",
            Rule::new().mark(1, 0xff).jump(Target::Mark {
                value: 2,
                mask: 0xf,
            }),
            "-m mark --mark 0x1/0xff -j MARK --set-xmark 0x2/0xf",
        ),
        (
            "filter",
            "OUTPUT",
            Rule::new()
                .matching("owner", ["--uid-owner", "7"])
                .comment("a \"word\"")
                .jump(Target::Log("seen: ".to_owned())),
            "-m owner --uid-owner 7 -m comment --comment \"a \\\"word\\\"\" \
             -j LOG --log-prefix \"seen: \"",
        ),
    ];
    for (table, chain, typed, words) in cases {
        tables.append(table, chain, &typed).unwrap();
        assert!(tables.exists(table, chain, words).unwrap(), "{words}");
        let listed = tables.list(table, chain).unwrap().remove(1);
        assert_eq!(listed, format!("-A {chain} {words}"));
    }
}

#[test]
fn a_set_that_nobody_made_is_told_by_its_name() {
    let mut tables = tables();
    let rule = "-m set --match-set blue src -j DROP";
    let set = "blue".to_owned();
    let told = tables.append("filter", "INPUT", rule);
    assert_eq!(told, Err(Error::NoSet { set }));
}
