//! The same done by the library and by iptables, in a namespace each.

use crate::place::{Place, Tool};
use libtest_mimic::Failed;
use netloom_kernel::Kernel;
use netloom_rules::{Error, IpTables, Policy, Result, Stat};

type Tables = IpTables<Kernel>;

/// A call, and the commands that do the same, or the file.
struct Step {
    what: &'static str,
    call: fn(&mut Tables, Tool) -> Result<()>,
    commands: &'static [&'static str],
}

const fn step(
    what: &'static str,
    call: fn(&mut Tables, Tool) -> Result<()>,
    commands: &'static [&'static str],
) -> Step {
    Step {
        what,
        call,
        commands,
    }
}

/// A file of iptables-restore.
const TEXT: &str = "*filter\n:INPUT DROP [1:2]\n:own - [0:0]\n-A INPUT -p tcp -j own\nCOMMIT\n\
                    *mangle\n-A INPUT -j ACCEPT\nCOMMIT\n";

/// One that says a table twice.
const TWICE: &str = "*filter\n:INPUT DROP [1:2]\n:own - [0:0]\n-A INPUT -p tcp -j own\nCOMMIT\n\
                     *mangle\n-A INPUT -p udp\nCOMMIT\n*filter\n-A OUTPUT -p tcp\nCOMMIT\n";

const STEPS: &[Step] = &[
    step(
        "append",
        |t, tool| {
            t.append(
                "filter",
                "INPUT",
                tool.words("-s @A -p tcp --dport 80 -j ACCEPT").as_str(),
            )
        },
        &["-A INPUT -s @A -p tcp --dport 80 -j ACCEPT"],
    ),
    step(
        "append of several addresses",
        |t, tool| t.append("filter", "INPUT", tool.words("-s @A,@B -j DROP").as_str()),
        &["-A INPUT -s @A,@B -j DROP"],
    ),
    step(
        "append_unique of what is there",
        |t, tool| t.append_unique("filter", "INPUT", tool.words("-s @B -j DROP").as_str()),
        &[],
    ),
    step(
        "append_unique of what is not there",
        |t, tool| t.append_unique("filter", "INPUT", tool.words("-d @N -j DROP").as_str()),
        &["-A INPUT -d @N -j DROP"],
    ),
    step(
        "insert at the first place",
        |t, _| t.insert("filter", "INPUT", 1, "-i lo -j ACCEPT"),
        &["-I INPUT -i lo -j ACCEPT"],
    ),
    step(
        "insert in between",
        |t, _| t.insert("filter", "INPUT", 3, "-p udp --sport 53 -j ACCEPT"),
        &["-I INPUT 3 -p udp --sport 53 -j ACCEPT"],
    ),
    step(
        "insert_unique",
        |t, _| {
            t.insert_unique("filter", "INPUT", 2, "-p udp --sport 53 -j ACCEPT")?;
            t.insert_unique("filter", "INPUT", 2, "-p udp --sport 54 -j ACCEPT")
        },
        &["-I INPUT 2 -p udp --sport 54 -j ACCEPT"],
    ),
    step(
        "replace",
        |t, _| t.replace("filter", "INPUT", 2, "-p udp --sport 55 -j DROP"),
        &["-R INPUT 2 -p udp --sport 55 -j DROP"],
    ),
    step(
        "delete",
        |t, tool| t.delete("filter", "INPUT", tool.words("-s @A -j DROP").as_str()),
        &["-D INPUT -s @A -j DROP"],
    ),
    step(
        "delete_by_id",
        |t, _| t.delete_by_id("filter", "INPUT", 3),
        &["-D INPUT 3"],
    ),
    step(
        "delete_if_exists",
        |t, tool| {
            t.delete_if_exists("filter", "INPUT", tool.words("-s @B -j DROP").as_str())?;
            t.delete_if_exists("filter", "INPUT", tool.words("-s @B -j DROP").as_str())
        },
        &["-D INPUT -s @B -j DROP"],
    ),
    step(
        "new_chain",
        |t, _| t.new_chain("filter", "web"),
        &["-N web"],
    ),
    step(
        "clear_chain of one that is not there",
        |t, _| t.clear_chain("filter", "dns"),
        &["-N dns"],
    ),
    step(
        "rules in a chain, and to it",
        |t, _| {
            t.append(
                "filter",
                "web",
                "-p tcp -m multiport --dports 80,443 -j RETURN",
            )?;
            t.append("filter", "INPUT", "-j web")?;
            t.append("filter", "FORWARD", "-g web")
        },
        &[
            "-A web -p tcp -m multiport --dports 80,443 -j RETURN",
            "-A INPUT -j web",
            "-A FORWARD -g web",
        ],
    ),
    step(
        "rename_chain",
        |t, _| t.rename_chain("filter", "web", "http"),
        &["-E web http"],
    ),
    step(
        "change_policy",
        |t, _| t.change_policy("filter", "FORWARD", Policy::Drop),
        &["-P FORWARD DROP"],
    ),
    step(
        "clear_chain of one that is there",
        |t, _| t.clear_chain("filter", "http"),
        &["-F http"],
    ),
    step(
        "delete_chain",
        |t, _| t.delete_chain("filter", "dns"),
        &["-X dns"],
    ),
    step(
        "other tables",
        |t, _| {
            t.append("nat", "POSTROUTING", "-o eth0 -j MASQUERADE")?;
            t.append(
                "mangle",
                "PREROUTING",
                "-m mark --mark 1 -j MARK --set-mark 2",
            )?;
            t.append("raw", "OUTPUT", "-p udp --dport 53 -j CT --notrack")
        },
        &[
            "-t nat -A POSTROUTING -o eth0 -j MASQUERADE",
            "-t mangle -A PREROUTING -m mark --mark 1 -j MARK --set-mark 2",
            "-t raw -A OUTPUT -p udp --dport 53 -j CT --notrack",
        ],
    ),
    step(
        "a transaction",
        |t, _| {
            t.transaction(|t| {
                t.new_chain("filter", "a")?;
                t.append("filter", "a", "-j DROP")?;
                t.insert("filter", "INPUT", 1, "-j a")?;
                t.insert("filter", "INPUT", 2, "-p tcp -j a")?;
                t.delete("filter", "INPUT", "-j a")
            })
        },
        &["-N a", "-A a -j DROP", "-I INPUT -p tcp -j a"],
    ),
    step("clear_all", |t, _| t.clear_all(), &["-F"]),
    step(
        "clear_and_delete_chain",
        |t, _| {
            t.append("filter", "a", "-j DROP")?;
            t.clear_and_delete_chain("filter", "a")?;
            t.clear_and_delete_chain("filter", "a")
        },
        &["-X a"],
    ),
    step("delete_all", |t, _| t.delete_all(), &["-X"]),
    step("restore", |t, _| t.restore(TEXT), &[TEXT]),
    step(
        "restore of a table twice",
        |t, _| t.restore(TWICE),
        &[TWICE],
    ),
];

fn equal(what: &str, left: &str, right: &str) -> core::result::Result<(), Failed> {
    match left == right {
        true => Ok(()),
        false => Err(format!("{what}:\n--- library\n{left}\n--- iptables\n{right}").into()),
    }
}

/// Tables of which nobody made anything may be there or not.
fn full(saved: &str) -> String {
    let tables = saved.split_inclusive("COMMIT");
    let full = tables.filter(|table| table.contains("\n-A ") || table.contains(" DROP ["));
    full.map(str::trim).collect::<Vec<_>>().join("\n")
}

/// Each call, and what iptables tells of it beside what its own command came to.
pub(crate) fn calls(tool: Tool) -> core::result::Result<(), Failed> {
    let (ours, theirs) = (Place::new()?, Place::new()?);
    let mut tables = ours.tables(tool);
    for (number, step) in STEPS.iter().enumerate() {
        let done = (step.call)(&mut tables, tool);
        done.map_err(|error| format!("{}: {error}", step.what))?;
        for command in step.commands {
            match command.starts_with('*') {
                true => theirs.restore(tool, command)?,
                false => theirs.line(tool.name(), &tool.words(command)).map(drop)?,
            }
        }
        let (left, right) = (ours.saved(tool)?, theirs.saved(tool)?);
        equal(step.what, &full(&left), &full(&right))?;
        // All that can be told is told now and then: it is as many commands.
        if number % 4 == 3 || number + 1 == STEPS.len() {
            told(&mut theirs.tables(tool), (&theirs, tool), step.what)?;
        }
    }
    Ok(())
}

/// What the library tells of what iptables wrote, beside what iptables tells itself.
fn told(
    tables: &mut Tables,
    (place, tool): (&Place, Tool),
    what: &str,
) -> core::result::Result<(), Failed> {
    let failed = |error: Error| Failed::from(format!("{what}: {error}"));
    for table in ["filter", "nat", "mangle", "raw"] {
        let chains = tables.list_chains(table).map_err(failed)?;
        let all = place.run(tool.name(), &["-t", table, "-S"])?;
        let heads = all.lines().filter(|line| !line.starts_with("-A"));
        let heads: Vec<&str> = heads.filter_map(|line| line.split(' ').nth(1)).collect();
        equal(
            &format!("{what}, list_chains"),
            &chains.join("\n"),
            &heads.join("\n"),
        )?;
        for chain in chains {
            let own = tables.list(table, &chain).map_err(failed)?.join("\n");
            let real = place.run(tool.name(), &["-t", table, "-S", &chain])?;
            equal(&format!("{what}, list"), &own, real.trim_end())?;
            let own = tables.list_with_counters(table, &chain).map_err(failed)?;
            let real = place.run(tool.name(), &["-t", table, "-v", "-S", &chain])?;
            equal(
                &format!("{what}, counters"),
                &own.join("\n"),
                real.trim_end(),
            )?;
            let rows = tables.stats(table, &chain).map_err(failed)?;
            let own = rows.iter().map(|row| row.join(" ")).collect::<Vec<_>>();
            let words = ["-t", table, "-n", "-v", "-x", "-L", &chain];
            let real = place.run(tool.name(), &words)?;
            let real = real.lines().skip(2).map(row).collect::<Vec<_>>();
            let own: Vec<String> = own.iter().map(|line| row(line)).collect();
            equal(&format!("{what}, stats"), &own.join("\n"), &real.join("\n"))?;
            structured(tables, (table, &chain), &rows).map_err(failed)?;
            by_number(tables, (place, tool), (table, &chain), rows.len())?;
        }
        let none = tables.chain_exists(table, "none").map_err(failed)?;
        equal(what, &none.to_string(), "false")?;
    }
    let own = tables.save().map_err(failed)?;
    let own = own.lines().filter(|line| !line.starts_with('#'));
    let own = own.collect::<Vec<_>>().join("\n");
    equal(
        &format!("{what}, save"),
        &full(&own),
        &full(&place.saved(tool)?),
    )
}

/// The same rows typed, and that the chain is there.
fn structured(
    tables: &mut Tables,
    (table, chain): (&str, &str),
    rows: &[[String; 10]],
) -> Result<()> {
    let typed = tables.structured_stats(table, chain)?;
    let read: Result<Vec<Stat>> = rows.iter().map(Stat::parse).collect();
    assert_eq!(typed, read?);
    assert!(tables.chain_exists(table, chain)?, "{chain}");
    Ok(())
}

/// The last rule by its number; and none behind it.
fn by_number(
    tables: &mut Tables,
    (place, tool): (&Place, Tool),
    (table, chain): (&str, &str),
    rules: usize,
) -> core::result::Result<(), Failed> {
    let told = |told: Result<String>| told.unwrap_or_else(|error| error.to_string());
    if rules > 0 {
        let number = rules.to_string();
        let real = place.run(tool.name(), &["-t", table, "-S", chain, &number])?;
        let own = told(tables.list_by_id(table, chain, rules));
        equal("list_by_id", &own, real.trim_end())?;
    }
    match tables.list_by_id(table, chain, rules + 1) {
        Err(Error::NoSuchNumber { rules: told, .. }) if told == rules => Ok(()),
        other => Err(format!("{table} {chain}: {other:?}").into()),
    }
}

/// A line of `-L` with one space between its words, and a mask behind each host.
fn row(line: &str) -> String {
    let words = line.split_whitespace().map(|word| {
        let host = word.trim_start_matches('!');
        let bare = host.parse::<std::net::IpAddr>();
        match bare {
            Ok(address) if address.is_ipv4() => format!("{word}/32"),
            Ok(_) => format!("{word}/128"),
            Err(_) => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Rules of all sorts, of table `filter`.
const WORDS: &[&str] = &[
    "-j ACCEPT",
    "-s @N -d @A -j DROP",
    "! -s @N -j DROP",
    "-i eth+ ! -o eth1 -j RETURN",
    "-p tcp --sport 1024:65535 --dport 80 -j ACCEPT",
    "-p tcp ! --dport 80 --syn -j DROP",
    "-p tcp --tcp-flags ALL SYN,FIN -j DROP",
    "-p udp --dport 53 -m limit --limit 3/min --limit-burst 7 -j ACCEPT",
    "-p tcp -m multiport --dports 22,80:90,443 -j ACCEPT",
    "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    "-m conntrack ! --ctstate NEW -j ACCEPT",
    "-m state --state INVALID -j DROP",
    "-m comment --comment \"two words\" -j ACCEPT",
    "-m comment --comment \"a \\\"quoted\\\" word\"",
    "-m mark --mark 0x10/0xff -j ACCEPT",
    "-m connmark ! --mark 1 -j ACCEPT",
    "-m mac --mac-source 02:00:00:00:00:01 -j DROP",
    "-m length --length 40:100 -j ACCEPT",
    "-m pkttype --pkt-type broadcast -j DROP",
    "-m addrtype --dst-type LOCAL -j ACCEPT",
    "-m statistic --mode random --probability 0.5 -j DROP",
    "-m statistic --mode nth --every 3 --packet 1 -j DROP",
    "-p tcp -m connlimit --connlimit-above 5 -j REJECT --reject-with tcp-reset",
    "-m recent --name seen --rcheck --seconds 60 -j DROP",
    "-p tcp -m string --algo bm --string word -j DROP",
    "-m time --timestart 08:00 --timestop 17:00 -j ACCEPT",
    "-j REJECT",
    "-j LOG --log-prefix \"seen: \" --log-level 4",
    "-j NFLOG --nflog-group 5",
    "-j MARK --set-xmark 0x1/0xf",
    "-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu",
    "-p tcp",
    "",
];

/// Rules of all sorts, written by one and told by the other.
pub(crate) fn words(tool: Tool) -> core::result::Result<(), Failed> {
    let (ours, theirs) = (Place::new()?, Place::new()?);
    let mut tables = ours.tables(tool);
    let mut other = theirs.tables(tool);
    for words in WORDS {
        let words = tool.words(words);
        let failed = |error: Error| Failed::from(format!("{words}: {error}"));
        theirs.line(tool.name(), &format!("-A FORWARD {words}"))?;
        tables
            .append("filter", "FORWARD", words.as_str())
            .map_err(failed)?;
        equal(&words, &ours.saved(tool)?, &theirs.saved(tool)?)?;
        let found = other
            .exists("filter", "FORWARD", words.as_str())
            .map_err(failed)?;
        equal(&format!("{words}, exists"), &found.to_string(), "true")?;
        ours.line(tool.name(), &format!("-C FORWARD {words}"))?;
    }
    told(&mut other, (&theirs, tool), "rules of all sorts")?;
    for words in WORDS {
        let words = tool.words(words);
        let failed = |error: Error| Failed::from(format!("{words}: {error}"));
        ours.line(tool.name(), &format!("-D FORWARD {words}"))?;
        other
            .delete("filter", "FORWARD", words.as_str())
            .map_err(failed)?;
        equal(
            &format!("{words}, gone"),
            &full(&theirs.saved(tool)?),
            &full(&ours.saved(tool)?),
        )?;
    }
    Ok(())
}

/// What is refused, by whom ever.
pub(crate) fn refusals(tool: Tool) -> core::result::Result<(), Failed> {
    let place = Place::new()?;
    let mut tables = place.tables(tool);
    let failed = |error: Error| Failed::from(error.to_string());
    tables.new_chain("filter", "web").map_err(failed)?;
    tables.append("filter", "INPUT", "-j web").map_err(failed)?;
    type Call = fn(&mut Tables) -> Result<()>;
    type Fits = fn(&Error) -> bool;
    let calls: [(&str, Call, Fits); 11] = [
        (
            "-A INPUT -p tcp --dport x",
            |t| t.append("filter", "INPUT", "-p tcp --dport x"),
            |e| e.word() == Some("x"),
        ),
        (
            "-A none -j DROP",
            |t| t.append("filter", "none", "-j DROP"),
            Error::is_not_exist,
        ),
        (
            "-A INPUT -j none",
            |t| t.append("filter", "INPUT", "-j none"),
            Error::is_not_exist,
        ),
        (
            "-t none -A INPUT",
            |t| t.append("none", "INPUT", ""),
            Error::is_not_exist,
        ),
        (
            "-D INPUT -j DROP",
            |t| t.delete("filter", "INPUT", "-j DROP"),
            Error::is_not_exist,
        ),
        (
            "-D INPUT 5",
            |t| t.delete_by_id("filter", "INPUT", 5),
            |e| !e.is_not_exist(),
        ),
        (
            "-I INPUT 5 -j DROP",
            |t| t.insert("filter", "INPUT", 5, "-j DROP"),
            |e| !e.is_not_exist(),
        ),
        ("-N web", |t| t.new_chain("filter", "web"), Error::is_exist),
        (
            "-X web",
            |t| t.delete_chain("filter", "web"),
            |e| matches!(e, Error::InUse { .. }),
        ),
        (
            "-E none web",
            |t| t.rename_chain("filter", "none", "web"),
            Error::is_not_exist,
        ),
        (
            "-A INPUT -j MASQUERADE",
            |t| t.append("filter", "INPUT", "-j MASQUERADE"),
            |e| matches!(e, Error::Refused { .. }),
        ),
    ];
    let before = place.saved(tool)?;
    for (command, call, fits) in calls {
        if place.line(tool.name(), command).is_ok() {
            return Err(format!("iptables takes {command}").into());
        }
        match call(&mut tables) {
            Err(error) if fits(&error) => {}
            other => return Err(format!("{command}: {other:?}").into()),
        }
    }
    equal("nothing has changed", &place.saved(tool)?, &before)
}

/// A transaction of two tables, of which the kernel refuses what goes into the second.
pub(crate) fn all_or_nothing(tool: Tool) -> core::result::Result<(), Failed> {
    let place = Place::new()?;
    let mut tables = place.tables(tool);
    let failed = |error: Error| Failed::from(error.to_string());
    let count = "-p tcp -c 3 252 -j ACCEPT";
    tables.append("mangle", "INPUT", count).map_err(failed)?;
    tables.append("raw", "OUTPUT", count).map_err(failed)?;
    let before = place.run(&format!("{}-save", tool.name()), &["-c"])?;
    let done = tables.transaction(|t| {
        t.append("mangle", "INPUT", "-p udp -j DROP")?;
        t.append("raw", "OUTPUT", "-m string --algo none --string x -j DROP")
    });
    match done {
        Err(Error::Refused { what, .. }) if what.contains("-A OUTPUT -m string") => {}
        other => return Err(format!("{other:?}").into()),
    }
    let after = place.run(&format!("{}-save", tool.name()), &["-c"])?;
    let rules = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.collect::<Vec<_>>().join("\n")
    };
    equal("nothing has changed", &rules(&after), &rules(&before))
}
