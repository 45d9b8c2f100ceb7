//! What a draft is told as: lines of `iptables -S`, rows of `iptables -L`.

use super::Draft;
use crate::error::Result;
use crate::stat::columns;

impl Draft<'_> {
    /// A chain's own line, and one for each rule.
    pub(crate) fn list(&mut self, table: &str, chain: &str, counters: bool) -> Result<Vec<String>> {
        let known = self.known(table)?;
        // Read with its rules at once.
        self.rules(table, chain)?;
        let mut lines = vec![known.print_head(&self.head(table, chain)?, counters)];
        let rules = self.rules(table, chain)?.rules();
        lines.extend(rules.map(|rule| known.print(chain, rule, counters)));
        Ok(lines)
    }

    pub(crate) fn list_number(
        &mut self,
        table: &str,
        chain: &str,
        number: usize,
    ) -> Result<String> {
        let known = self.known(table)?;
        let at = self.numbered(table, chain, number)?;
        let found = self.rules(table, chain)?.rules().nth(at);
        Ok(found.map_or_else(String::new, |rule| known.print(chain, rule, false)))
    }

    pub(crate) fn stats(&mut self, table: &str, chain: &str) -> Result<Vec<[String; 10]>> {
        let known = self.known(table)?;
        let rules = self.rules(table, chain)?.rules();
        Ok(rules.map(|rule| columns(known.row(rule))).collect())
    }
}
