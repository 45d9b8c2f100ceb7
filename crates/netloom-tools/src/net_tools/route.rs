//! `route`: the IPv4 routing table by `SIOCADDRT` and `SIOCDELRT` (route(8)).
//!
//! The ioctls stand for netlink requests with protocol boot in table main, made in front of what
//! is there unless just the same is; scope global behind a gateway, else link; a host route with
//! no gateway has scope link too. Left out: the families other than inet.

use super::routes::{self, Columns};
use super::{Failure, atoi, finish, names, namespace};
use crate::Context;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::state::Parts;
use netloom_model::{
    Change, Errno, IpNet, Mode, Namespace, NextHop, Route, RouteMatch, RouteType, Scope,
};

const USAGE: &str = "\
Usage: route [-n] [-e|-ee] [-4|-A inet]   shows routes
       route [-v] add|del WORD...         changes them; route --help inet tells how

  -n, --numeric   addresses, not names
  -e, --extend    columns as netstat's; twice: all
  -C, --cache, -F, --fib, -v, --verbose
  -h, --help, -V, --version
";

const EDIT_USAGE: &str = "\
Usage: route add [-host|-net] TARGET[/LENGTH] [netmask MASK] [gw GATEWAY] [[dev] DEVICE]
                 [metric NUMBER] [mss BYTES] [window BYTES] [irtt MS] [mod] [dyn] [reinstate]
       route add [-host|-net] TARGET[/LENGTH] [metric NUMBER] reject
       route del [-host|-net] TARGET[/LENGTH] [gw GATEWAY] [metric NUMBER] [[dev] DEVICE]
";

// The exit codes of net-tools: usage, name lookup, ioctl.
const E_USAGE: i32 = 3;
const E_LOOKUP: i32 = 6;
const E_SOCKET: i32 = 7;

/// Runs `route`.
pub fn route(cx: &mut Context<'_>) -> i32 {
    let outcome = run(cx);
    finish(cx, outcome)
}

#[derive(Default)]
struct Options {
    numeric: bool,
    extended: u32,
    cache: bool,
}

fn run(cx: &mut Context<'_>) -> Result<i32, Failure> {
    let args = cx.args.clone();
    let mut options = Options::default();
    let mut words = args.iter().map(String::as_str).peekable();
    while let Some(word) = words.next_if(|w| w.starts_with('-') && w.len() > 1) {
        if let Some(code) = option(cx, word, &mut words, &mut options)? {
            return Ok(code);
        }
    }
    let Some(command) = words.next() else {
        return list(cx, &options);
    };
    let words: Vec<&str> = words.collect();
    match command {
        "add" => edit(cx, &words, true),
        "del" | "delete" => edit(cx, &words, false),
        "flush" => Err(Failure::new(
            format!("Flushing `inet' routing table not supported\n{EDIT_USAGE}"),
            E_USAGE,
        )),
        _ => Err(Failure::new(USAGE, E_USAGE)),
    }
}

/// Takes one option; an exit code where it ends the command.
fn option<'a>(
    cx: &mut Context<'_>,
    word: &str,
    words: &mut impl Iterator<Item = &'a str>,
    options: &mut Options,
) -> Result<Option<i32>, Failure> {
    if let Some(long) = word.strip_prefix("--") {
        match long {
            "numeric" => options.numeric = true,
            "extend" => options.extended += 1,
            "cache" => options.cache = true,
            "verbose" | "fib" | "symbolic" | "inet" => {}
            "version" => return version(cx),
            "help" => return help(cx),
            "inet6" => return Err(no_family("inet6")),
            _ => {
                let _ = writeln!(cx.err, "route: unrecognized option '{word}'");
                return help(cx);
            }
        }
        return Ok(None);
    }
    for letter in word[1..].chars() {
        match letter {
            'n' => options.numeric = true,
            'e' => options.extended += 1,
            'C' => options.cache = true,
            'v' | 'F' | 'N' | '4' => {}
            '6' => return Err(no_family("inet6")),
            'A' => match words.next() {
                Some("inet") => {}
                Some(family @ "inet6") => return Err(no_family(family)),
                other => {
                    let family = other.unwrap_or_default();
                    let text = format!("Unknown address family `{family}'.\n");
                    return Err(Failure::new(text, 1));
                }
            },
            'V' => return version(cx),
            'h' | '?' => return help(cx),
            _ => {
                let _ = writeln!(cx.err, "route: invalid option -- '{letter}'");
                return help(cx);
            }
        }
    }
    Ok(None)
}

fn no_family(family: &str) -> Failure {
    Failure::new(
        format!("route: address family `{family}' is not supported here; use ip -6 route\n"),
        E_USAGE,
    )
}

fn version(cx: &mut Context<'_>) -> Result<Option<i32>, Failure> {
    writeln!(cx.out, "net-tools 2.10 ({})", crate::VERSION)?;
    Ok(Some(0))
}

fn help(cx: &mut Context<'_>) -> Result<Option<i32>, Failure> {
    write!(cx.out, "{USAGE}")?;
    Ok(Some(0))
}

fn list(cx: &mut Context<'_>, options: &Options) -> Result<i32, Failure> {
    let columns = match options.extended {
        0 => Columns::Metric,
        1 => Columns::Tcp,
        _ => Columns::All,
    };
    if options.cache {
        write!(cx.out, "{}", routes::cache(columns))?;
        return Ok(0);
    }
    let parts = Parts {
        routes: true,
        ..Parts::LINKS
    };
    let ns = namespace(cx, parts)?;
    write!(cx.out, "{}", routes::fib(&ns, columns, options.numeric))?;
    Ok(0)
}

/// What `struct rtentry` holds, once the words are read.
struct Entry {
    dst: IpNet,
    gateway: Option<Ipv4Addr>,
    dev: Option<String>,
    metric: Option<u32>,
    mss: u32,
    window: u32,
    irtt: u32,
    reject: bool,
}

fn usage() -> Failure {
    Failure::new(EDIT_USAGE, E_USAGE)
}

fn edit(cx: &mut Context<'_>, words: &[&str], add: bool) -> Result<i32, Failure> {
    if words.is_empty() {
        write!(cx.out, "{EDIT_USAGE}")?;
        return Ok(0);
    }
    let entry = parse(words)?;
    let call = if add { "SIOCADDRT" } else { "SIOCDELRT" };
    let fail = |errno| Failure::perror(call, errno, E_SOCKET);
    let ns = namespace(
        cx,
        Parts {
            addresses: true,
            ..Parts::LINKS
        },
    )?;
    let change = if add {
        addition(cx, &ns, &entry)
    } else {
        deletion(cx, &ns, &entry)
    };
    let change = change.map_err(fail)?;
    match cx.world.apply(vec![change]) {
        Ok(()) => Ok(0),
        Err(error) => Err(fail(error.errno)),
    }
}

fn parse(words: &[&str]) -> Result<Entry, Failure> {
    let mut words = words.iter().copied();
    let mut target = words.next().ok_or_else(usage)?;
    let net = match target {
        "-net" => Some(true),
        "-host" => Some(false),
        _ => None,
    };
    if net.is_some() {
        target = words.next().ok_or_else(usage)?;
    }
    let (name, prefix) = match target.split_once('/') {
        Some((name, prefix)) => (name, Some(prefix)),
        None => (target, None),
    };
    let address = names::resolve_or(name, E_LOOKUP)?;
    let host = !net.unwrap_or_else(|| names::is_network(name));
    // The shift of a 32 bit word by its own width leaves it: /32 comes out as no mask at all.
    let mut mask = prefix.map(|p| u32::MAX.wrapping_shr(u32::try_from(atoi(p)).unwrap_or(0)));
    let mut entry = Entry {
        dst: IpNet::host(IpAddr::V4(address)),
        gateway: None,
        dev: None,
        metric: None,
        mss: 0,
        window: 0,
        irtt: 0,
        reject: false,
    };
    let mut netmask = None;
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(usage);
        match word {
            "metric" => {
                let text = value()?;
                let digits = text.starts_with(|c: char| c.is_ascii_digit());
                let number = digits.then(|| u32::try_from(atoi(text)).ok()).flatten();
                entry.metric = Some(number.ok_or_else(usage)?);
            }
            "netmask" => {
                let text = value()?;
                if mask.is_some() {
                    return Err(usage());
                }
                let address = names::resolve_or(text, E_LOOKUP)?;
                mask = Some(!address.to_bits());
                netmask = Some(address);
            }
            "gw" | "gateway" => {
                let text = value()?;
                if entry.gateway.is_some() {
                    return Err(usage());
                }
                entry.gateway = Some(gateway(text)?);
            }
            "mss" | "mtu" => {
                entry.mss = u32::try_from(atoi(value()?)).unwrap_or(0);
                if !(64..=65536).contains(&entry.mss) {
                    return Err(complaint("Invalid MSS/MTU."));
                }
            }
            "window" => {
                entry.window = u32::try_from(atoi(value()?)).unwrap_or(0);
                if entry.window < 128 {
                    return Err(complaint("Invalid window."));
                }
            }
            "irtt" => entry.irtt = u32::try_from(atoi(value()?)).unwrap_or(0),
            "reject" => entry.reject = true,
            // Flags that the kernel sets itself and takes from nobody.
            "mod" | "dyn" | "reinstate" => {}
            "dev" | "device" | "if" => entry.dev = Some(value()?.to_owned()),
            name => {
                entry.dev = Some(name.to_owned());
                if words.next().is_some() {
                    return Err(usage());
                }
            }
        }
    }
    entry.dst = destination(address, host, mask, netmask)?;
    Ok(entry)
}

fn complaint(text: &str) -> Failure {
    Failure::new(format!("route: {text}\n{EDIT_USAGE}"), E_USAGE)
}

fn gateway(name: &str) -> Result<Ipv4Addr, Failure> {
    if names::is_network(name) {
        let text = format!("route: {name}: cannot use a NETWORK as gateway!\n");
        return Err(Failure::new(text, E_USAGE));
    }
    names::resolve(name).ok_or_else(|| Failure::new(format!("{name}: Unknown host\n"), E_LOOKUP))
}

/// The destination of `address` under the inverted mask `wild`, checked as route(8) checks it.
fn destination(
    address: Ipv4Addr,
    host: bool,
    wild: Option<u32>,
    netmask: Option<Ipv4Addr>,
) -> Result<IpNet, Failure> {
    let addr = IpAddr::V4(address);
    let Some(wild) = wild.filter(|w| *w != u32::MAX) else {
        // A network without a mask has the mask 0.0.0.0: only the default route is one.
        return Ok(if host {
            IpNet::host(addr)
        } else {
            IpNet { addr, len: 0 }
        });
    };
    if host {
        let text = format!("netmask {wild:08x} doesn't make sense with host route");
        return Err(complaint(&text));
    }
    if wild & wild.wrapping_add(1) != 0 {
        let mask = netmask.unwrap_or(Ipv4Addr::from_bits(!wild));
        return Err(complaint(&format!("bogus netmask {mask}")));
    }
    if address.to_bits() & wild != 0 {
        return Err(complaint("netmask doesn't match route address"));
    }
    let len = u8::try_from(wild.leading_zeros()).unwrap_or(32);
    Ok(IpNet { addr, len })
}

/// The link that `dev` names, and the source that its alias label stands for.
fn device(ns: &Namespace, entry: &Entry) -> Result<(Option<u32>, Option<IpAddr>), Errno> {
    let Some(name) = entry.dev.as_deref() else {
        return Ok((None, None));
    };
    let plain = name.split(':').next().unwrap_or(name);
    let link = ns.link(&plain.into()).ok_or(Errno::NODEV)?;
    if plain == name {
        return Ok((Some(link.index), None));
    }
    let of_label = |a: &&netloom_model::Address| a.dev == link.index && a.label == name;
    let address = ns.addresses.iter().find(of_label).ok_or(Errno::NODEV)?;
    Ok((Some(link.index), Some(address.local.addr)))
}

/// What the kernel checks before it looks at its tables.
fn check(entry: &Entry) -> Result<(), Errno> {
    if entry.dst.network() != entry.dst || entry.gateway == Some(Ipv4Addr::UNSPECIFIED) {
        return Err(Errno::INVAL);
    }
    Ok(())
}

fn addition(cx: &Context<'_>, ns: &Namespace, entry: &Entry) -> Result<Change, Errno> {
    check(entry)?;
    let (dev, source) = device(ns, entry)?;
    let mut route = Route::new(entry.dst);
    route.metric = entry.metric.unwrap_or(0);
    if entry.reject {
        route.kind = RouteType::Unreachable;
        route.scope = Scope::HOST;
    } else {
        let own = |gateway| {
            ns.addresses
                .iter()
                .any(|a| a.local.addr == IpAddr::V4(gateway))
        };
        if entry.gateway.is_none_or(own) {
            route.scope = Scope::LINK;
        }
        route.prefsrc = source;
        route.metrics.advmss = entry.mss.saturating_sub(40);
        route.metrics.window = entry.window;
        route.metrics.rtt = entry.irtt;
        route.nexthops.push(NextHop {
            via: entry.gateway.map(IpAddr::V4),
            dev,
            weight: 1,
            ..NextHop::default()
        });
    }
    Ok(Change::AddRoute {
        ns: cx.ns.clone(),
        route,
        mode: Mode::Prepend,
    })
}

fn deletion(cx: &Context<'_>, ns: &Namespace, entry: &Entry) -> Result<Change, Errno> {
    check(entry)?;
    let (dev, prefsrc) = device(ns, entry)?;
    let mut route = RouteMatch::new(entry.dst);
    route.metric = entry.metric.filter(|m| *m != 0);
    if entry.reject {
        route.kind = Some(RouteType::Unreachable);
        route.scope = Some(Scope::HOST);
    } else {
        route.kind = Some(RouteType::Unicast);
        route.dev = dev;
        route.prefsrc = prefsrc;
        route.via = entry.gateway.map(IpAddr::V4);
    }
    Ok(Change::DelRoute {
        ns: cx.ns.clone(),
        route,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Entry, String> {
        let words: Vec<&str> = line.split(' ').collect();
        parse(&words).map_err(|f| f.text.lines().next().unwrap_or_default().to_owned())
    }

    fn dst(line: &str) -> Result<String, String> {
        parsed(line).map(|e| e.dst.to_string())
    }

    #[test]
    fn a_target_is_a_host_unless_said_to_be_a_network() {
        assert_eq!(dst("10.50.0.0 eth0").as_deref(), Ok("10.50.0.0/32"));
        assert_eq!(dst("default gw 10.0.0.1").as_deref(), Ok("0.0.0.0/0"));
        assert_eq!(
            dst("-net 10.0.0.10 netmask 255.255.255.255 gw 10.1.0.1").as_deref(),
            Ok("10.0.0.10/32")
        );
        assert_eq!(
            dst("-net 10.1.0.0/16 dev eth0").as_deref(),
            Ok("10.1.0.0/16")
        );
    }

    #[test]
    fn masks_that_do_not_fit_are_refused_in_the_words_of_route() {
        let refused = |line| dst(line).unwrap_err();
        assert_eq!(
            refused("-net 10.1.2.3 netmask 255.255.0.0 dev eth0"),
            "route: netmask doesn't match route address"
        );
        assert_eq!(
            refused("-net 10.1.0.0 netmask 255.0.255.0 dev eth0"),
            "route: bogus netmask 255.0.255.0"
        );
        assert_eq!(
            refused("-host 1.1.1.1 netmask 255.255.255.0 dev eth0"),
            "route: netmask 000000ff doesn't make sense with host route"
        );
        assert_eq!(
            refused("10.1.0.0/16 dev eth0"),
            "route: netmask 0000ffff doesn't make sense with host route"
        );
        assert_eq!(
            refused("-net 10.1.0.0/33 dev eth0"),
            "route: netmask doesn't match route address"
        );
    }

    #[test]
    fn a_network_without_a_mask_is_no_network() {
        let entry = parsed("-net 172.21.0.0 dev eth0").unwrap();
        assert_eq!(check(&entry), Err(Errno::INVAL));
        assert_eq!(check(&parsed("-net 0.0.0.0 dev eth0").unwrap()), Ok(()));
    }
}
