//! Matches and targets of xtables (`NFTA_MATCH_*`, `NFTA_TARGET_*`).

use super::Reader;
use crate::Attributes;
use crate::xt::{matches, targets};

impl Reader<'_> {
    pub(super) fn xt_match(&mut self, data: Attributes<'_>) -> Option<()> {
        let (name, revision, info) = parts(data)?;
        let said = matches::decode(self.family, &name, revision, info);
        self.statements.extend(said);
        Some(())
    }

    pub(super) fn xt_target(&mut self, data: Attributes<'_>) -> Option<()> {
        let (name, revision, info) = parts(data)?;
        let said = targets::decode(self.family, &name, revision, info);
        self.statements.extend(said);
        Some(())
    }
}

fn parts(data: Attributes<'_>) -> Option<(String, u8, &[u8])> {
    let revision = data.be32(2).unwrap_or(0) as u8;
    Some((data.text(1)?, revision, data.get(3).unwrap_or_default()))
}
