//! The tables of a namespace, and how their rules are changed.

use crate::carry::Transaction;
#[cfg(feature = "kernel")]
use crate::draft::of_world;
use crate::draft::{Draft, apply};
use crate::error::{Error, Result};
use crate::whose::Whose;
#[cfg(feature = "kernel")]
use netloom_kernel::xtables_lock;
#[cfg(feature = "kernel")]
use netloom_model::Errno;
use netloom_model::ruleset::change::{Place, RulesetChange};
use netloom_model::ruleset::{Backend, Rule, TableFamily};
use netloom_model::{Family, NsName, World};
#[cfg(feature = "kernel")]
use std::path::PathBuf;
use std::thread::{sleep, yield_now};
use std::time::{Duration, Instant};

/// The tables of iptables, or of ip6tables, of a namespace.
///
/// Its calls are those of go-iptables. Each is one atomic change; [`transaction`](IpTables::transaction)
/// makes one of many. Rules are given as [`RuleSpec`](crate::RuleSpec) says, and listed as
/// `iptables -S` prints them.
///
/// ```
/// use netloom_engine::{Engine, Simulation};
/// use netloom_rules::{Family, IpTables};
///
/// // The engine; `IpTables::kernel(Family::V4)` is the running kernel.
/// let world = Simulation { engine: Engine::new(1) };
/// let mut tables = IpTables::new(world, Family::V4);
/// tables.append("filter", "INPUT", ["-p", "tcp", "--dport", "80", "-j", "ACCEPT"])?;
/// assert_eq!(
///     tables.list("filter", "INPUT")?,
///     ["-P INPUT ACCEPT", "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT"]
/// );
/// # Ok::<(), netloom_rules::Error>(())
/// ```
pub struct IpTables<W> {
    pub(crate) world: W,
    pub(crate) whose: Whose,
    pub(crate) timeout: Option<Duration>,
    #[cfg(feature = "kernel")]
    pub(crate) lock: Option<PathBuf>,
}

#[cfg(feature = "kernel")]
impl IpTables<netloom_kernel::Kernel> {
    /// Those of the running kernel, in the network namespace in which the process is. Nothing is
    /// opened until something is asked; changes take `CAP_NET_ADMIN`.
    ///
    /// They are of the kind that the host's own `iptables` has: what the command of that name is tells
    /// whether it is `iptables-nft` or `iptables-legacy`. Where there is none, they are of `nf_tables`.
    ///
    /// ```no_run
    /// use netloom_rules::{Family, IpTables};
    ///
    /// let mut tables = IpTables::kernel(Family::V4);
    /// tables.append_unique("filter", "INPUT", "-p tcp --dport 22 -j ACCEPT")?;
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    #[must_use]
    pub fn kernel(family: Family) -> IpTables<netloom_kernel::Kernel> {
        let mut tables = IpTables::new(netloom_kernel::Kernel::new(), family);
        tables.whose.backend = crate::host::backend(family);
        tables.lock(xtables_lock::path())
    }
}

impl<W: World> IpTables<W> {
    /// Those of any world: an engine in this process, a world at the other end of a socket, a kernel.
    /// They are of `nf_tables`, unless [`legacy`](IpTables::legacy) says otherwise.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// let mut world = Simulation { engine: Engine::new(1) };
    /// // A world can be borrowed too.
    /// let mut v6 = IpTables::new(&mut world, Family::V6);
    /// v6.append("filter", "INPUT", "-s fe80::/10 -j ACCEPT")?;
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    pub fn new(world: W, family: Family) -> IpTables<W> {
        let whose = Whose {
            ns: NsName::first(),
            family: match family {
                Family::V4 => TableFamily::Ip,
                Family::V6 => TableFamily::Ip6,
            },
            backend: Backend::Nft,
        };
        IpTables {
            world,
            whose,
            timeout: None,
            #[cfg(feature = "kernel")]
            lock: None,
        }
    }

    /// Those of another namespace, by its name (`ip netns`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Error, Family, IpTables};
    /// # let world = Simulation { engine: Engine::new(1) };
    /// let mut tables = IpTables::new(world, Family::V4).namespace("blue");
    /// assert!(matches!(tables.list_chains("filter"), Err(Error::World(_))), "there is none");
    /// ```
    #[must_use]
    pub fn namespace(mut self, name: &str) -> IpTables<W> {
        self.whose.ns = name.into();
        self
    }

    /// Those of the older kind, which `iptables-legacy` shows (`ip_tables` of the kernel).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let world = Simulation { engine: Engine::new(1) };
    /// let mut tables = IpTables::new(world, Family::V4).legacy();
    /// tables.append("filter", "INPUT", "-j DROP")?;
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    #[must_use]
    pub fn legacy(mut self) -> IpTables<W> {
        self.whose.backend = Backend::Legacy;
        self
    }

    /// Those of `nf_tables`, which `iptables-nft` shows, whatever the host's own `iptables` is.
    ///
    /// ```
    /// # use netloom_rules::{Family, IpTables};
    /// assert!(!IpTables::kernel(Family::V4).nft().is_legacy());
    /// ```
    #[must_use]
    pub fn nft(mut self) -> IpTables<W> {
        self.whose.backend = Backend::Nft;
        self
    }

    /// For how long a call tries again while others change the rules, or waits for the lock; then it is
    /// [`Error::Busy`]. Without one it never gives up.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # use std::time::Duration;
    /// # let world = Simulation { engine: Engine::new(1) };
    /// let tables = IpTables::new(world, Family::V4).timeout(Duration::from_secs(5));
    /// ```
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> IpTables<W> {
        self.timeout = Some(timeout);
        self
    }

    /// The file whose lock is held while tables of the older kind are changed: of the kernel
    /// `/run/xtables.lock`, or what `XTABLES_LOCKFILE` names. Others need none.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let world = Simulation { engine: Engine::new(1) };
    /// let path = std::env::temp_dir().join("xtables.lock");
    /// let tables = IpTables::new(world, Family::V4).legacy().lock(path);
    /// ```
    #[cfg(feature = "kernel")]
    #[must_use]
    pub fn lock(mut self, path: impl Into<PathBuf>) -> IpTables<W> {
        self.lock = Some(path.into());
        self
    }

    /// The world, given back.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let world = Simulation { engine: Engine::new(1) };
    /// let world = IpTables::new(world, Family::V4).into_world();
    /// ```
    pub fn into_world(self) -> W {
        self.world
    }

    /// Makes many changes one: all of them happen at once, or none where `work` or the kernel refuses.
    ///
    /// `work` is called again where others changed the rules meanwhile, so that what it read still
    /// holds when its changes happen.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables, Policy};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.transaction(|t| {
    ///     t.new_chain("filter", "web")?;
    ///     t.append("filter", "web", "-p tcp -m multiport --dports 80,443 -j ACCEPT")?;
    ///     t.insert("filter", "INPUT", 1, "-j web")?;
    ///     t.change_policy("filter", "INPUT", Policy::Drop)
    /// })?;
    /// let failed = tables.transaction(|t| {
    ///     t.clear_chain("filter", "web")?;
    ///     t.append("filter", "INPUT", "-j nowhere")
    /// });
    /// assert!(failed.unwrap_err().is_not_exist());
    /// assert_eq!(tables.list("filter", "web")?.len(), 2);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// What `work` returns; [`Error::Refused`] with the rule, [`Error::InUse`], [`Error::Permission`],
    /// [`Error::Busy`].
    pub fn transaction<T>(
        &mut self,
        mut work: impl FnMut(&mut Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        self.attempt(true, &mut |world, whose| {
            let mut transaction = Transaction {
                world: Draft::new(world, whose),
                whose: whose.clone(),
                timeout: None,
                #[cfg(feature = "kernel")]
                lock: None,
            };
            let done = work(&mut transaction);
            transaction.world.end(done)
        })
    }

    /// Tries something until nobody was in between, or time is over.
    pub(crate) fn attempt<T>(&mut self, writes: bool, work: &mut Attempt<'_, T>) -> Result<T> {
        let began = Instant::now();
        let _held = self.locked(writes, began)?;
        let mut round = 0;
        loop {
            let (done, clash) = work(&mut self.world, &self.whose);
            if !clash {
                return done;
            }
            let waited = began.elapsed();
            if self.timeout.is_some_and(|timeout| waited >= timeout) {
                return Err(Error::Busy { waited });
            }
            pause(round, waited);
            round += 1;
        }
    }

    /// The lock of who changes tables of the older kind, where there is one.
    #[cfg(feature = "kernel")]
    fn locked(&self, writes: bool, began: Instant) -> Result<Option<xtables_lock::Held>> {
        let path = match &self.lock {
            Some(path) if writes && self.whose.is_legacy() => path,
            _ => return Ok(None),
        };
        let taken = xtables_lock::take(path, self.timeout);
        taken.map(Some).map_err(|error| match error.errno {
            Errno::AGAIN => {
                let waited = began.elapsed();
                Error::Busy { waited }
            }
            _ => of_world(&error),
        })
    }

    /// Other worlds need no lock.
    #[cfg(not(feature = "kernel"))]
    fn locked(&self, _: bool, _: Instant) -> Result<Option<()>> {
        Ok(None)
    }

    /// Puts rules into a chain without looking at what is there, if they are in no need of that:
    /// whether it was done.
    pub(crate) fn put_at_once(
        &mut self,
        table: &str,
        chain: &str,
        place: Place,
        rules: &[Rule],
    ) -> Result<bool> {
        let known = self.whose.known(table)?;
        let asks = |rule: &Rule| {
            let sets = rule.statements.iter().any(|s| s.ipsets().next().is_some());
            sets || known.refuses(chain, rule)
        };
        if rules.iter().any(asks) || self.whose.is_legacy() {
            return Ok(false);
        }
        let changes = rules.iter().map(|rule| RulesetChange::AddRule {
            chain: self.whose.chain(table, chain),
            place,
            rule: rule.clone(),
        });
        let (done, _) = apply(&mut self.world, &self.whose, None, changes.collect());
        match done {
            Err(Error::Permission) => Err(Error::Permission),
            done => Ok(done.is_ok()),
        }
    }
}

impl<C> IpTables<C> {
    /// IPv4 or IPv6.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let world = Simulation { engine: Engine::new(1) };
    /// assert_eq!(IpTables::new(world, Family::V6).family(), Family::V6);
    /// ```
    #[must_use]
    pub fn family(&self) -> Family {
        self.whose.family()
    }

    /// Whether they are of the older kind.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let world = Simulation { engine: Engine::new(1) };
    /// assert!(!IpTables::new(world, Family::V4).is_legacy());
    /// ```
    #[must_use]
    pub fn is_legacy(&self) -> bool {
        self.whose.is_legacy()
    }
}

/// One try: what came of it, and whether others were in between.
pub(crate) type Attempt<'a, T> = dyn FnMut(&mut dyn World, &Whose) -> (Result<T>, bool) + 'a;

/// Lets others come to an end, the longer the more often they were in between.
fn pause(round: u32, waited: Duration) {
    const LONGEST: u32 = 5_000;
    if round < 4 {
        return yield_now();
    }
    // Those who meet again and again do not wait alike.
    let longest = (100 << (round - 4).min(6)).min(LONGEST);
    let micros = 1 + waited.subsec_nanos() % longest;
    sleep(Duration::from_micros(micros.into()));
}
