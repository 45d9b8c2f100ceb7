//! Whose rules they are: which namespace, IPv4 or IPv6, and of which kind.

use crate::error::{Error, Result};
use netloom_model::ruleset::change::{ChainRef, TableRef};
use netloom_model::ruleset::{Backend, TableFamily};
use netloom_model::{Family, NsName};
use netloom_tools::iptables::library::KnownTable;

/// Whose rules they are.
#[derive(Clone, Debug)]
pub(crate) struct Whose {
    pub(crate) ns: NsName,
    pub(crate) family: TableFamily,
    pub(crate) backend: Backend,
}

impl Whose {
    pub(crate) fn table(&self, name: &str) -> TableRef {
        TableRef {
            family: self.family,
            backend: self.backend,
            name: name.to_owned(),
        }
    }

    pub(crate) fn chain(&self, table: &str, name: &str) -> ChainRef {
        ChainRef {
            table: self.table(table),
            chain: name.to_owned(),
        }
    }

    pub(crate) fn family(&self) -> Family {
        match self.family {
            TableFamily::Ip6 => Family::V6,
            _ => Family::V4,
        }
    }

    pub(crate) fn is_legacy(&self) -> bool {
        self.backend == Backend::Legacy
    }

    /// The table, if iptables has one of that name.
    pub(crate) fn known(&self, table: &str) -> Result<KnownTable> {
        KnownTable::new(&self.table(table)).ok_or_else(|| Error::NoTable {
            table: table.to_owned(),
        })
    }
}
