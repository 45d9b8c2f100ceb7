//! Numbers that are made: counted, drawn, hashed (nft(8), NUMGEN and HASH EXPRESSIONS).

use crate::nft::parser::Parser;
use crate::nft::source::Read;
use netloom_model::ruleset::Expr;

impl Parser<'_> {
    fn offset(&mut self) -> Read<u32> {
        match self.eat("offset") {
            true => Ok(self.number()? as u32),
            false => Ok(0),
        }
    }

    /// `numgen inc|random mod N [offset N]`.
    pub(super) fn numgen(&mut self) -> Read<Expr> {
        self.at += 1;
        let random = self.eat("random");
        if !random {
            self.expect("inc")?;
        }
        self.expect("mod")?;
        Ok(Expr::Numgen {
            random,
            modulus: self.number()? as u32,
            offset: self.offset()?,
        })
    }

    /// `jhash EXPR mod N [seed N] [offset N]`.
    pub(super) fn jhash(&mut self) -> Read<Expr> {
        self.at += 1;
        let of = self.expression()?;
        self.expect("mod")?;
        let modulus = self.number()? as u32;
        let seed = match self.eat("seed") {
            true => Some(self.number()? as u32),
            false => None,
        };
        Ok(Expr::Hash {
            of: Some(Box::new(of)),
            modulus,
            seed,
            offset: self.offset()?,
        })
    }

    pub(super) fn symhash(&mut self) -> Read<Expr> {
        self.at += 1;
        self.expect("mod")?;
        Ok(Expr::Hash {
            of: None,
            modulus: self.number()? as u32,
            seed: None,
            offset: self.offset()?,
        })
    }
}
