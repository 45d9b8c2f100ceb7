//! What `-h` says.

use super::Variant;
use crate::Context;
use crate::ip::words::Outcome;

/// Prints the words that there are.
pub(super) fn print(cx: &mut Context<'_>, variant: Variant) -> Outcome<()> {
    let name = variant.name;
    writeln!(
        cx.out,
        "{}\n\n\
         Usage: {name} [-t TABLE] COMMAND [RULE] [OPTIONS]\n\n\
         -A CHAIN RULE       appends a rule       -D CHAIN RULE|NUMBER  deletes it\n\
         -I CHAIN [NUMBER]   inserts one          -R CHAIN NUMBER RULE  replaces it\n\
         -C CHAIN RULE       whether it is there  -L|-S [CHAIN [NUMBER]] lists\n\
         -F [CHAIN]          deletes all rules    -Z [CHAIN [NUMBER]]   zeroes counters\n\
         -N CHAIN            makes a chain        -X [CHAIN]            deletes it\n\
         -P CHAIN POLICY     sets a policy        -E CHAIN NAME         renames a chain\n\n\
         A rule: [!] -p PROTOCOL, [!] -s ADDRESS, [!] -d ADDRESS, [!] -i DEVICE,\n\
         [!] -o DEVICE, [!] -f, -m MATCH [OPTIONS], -j TARGET [OPTIONS], -g CHAIN\n\
         Options: -v, -n, -x, --line-numbers, -c PACKETS BYTES, -w [SECONDS]",
        variant.version()
    )?;
    Ok(())
}
