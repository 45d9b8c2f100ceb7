//! Operations on bits as they are listed: what several do to bits one behind the other is one mask and
//! one set of flipped bits for the kernel, and nft writes those as `&`, `^` and `|` again.

use netloom_model::ruleset::expr::BitOp;
use netloom_model::ruleset::{Expr, Value};

/// The mask and the bits that are flipped behind it.
fn one((mask, flip): (u128, u128), op: BitOp, bits: u128, all: u128) -> Option<(u128, u128)> {
    Some(match op {
        BitOp::And => (mask & bits, flip & bits),
        BitOp::Or => (mask & !bits & all, (flip & !bits) | bits),
        BitOp::Xor => (mask, flip ^ bits),
        BitOp::ShiftLeft | BitOp::ShiftRight => return None,
    })
}

/// An expression with the operations of constants at its end as they are listed.
pub(super) fn fold(expr: Expr) -> Expr {
    let mut steps = Vec::new();
    let mut inner = &expr;
    while let Expr::Bits(op, left, right) = inner
        && let Expr::Value(bits) = &**right
        && !matches!(op, BitOp::ShiftLeft | BitOp::ShiftRight)
        && bits.bytes().len() <= 16
    {
        steps.push((*op, bits));
        inner = left;
    }
    let [_, _, ..] = &steps[..] else {
        return expr;
    };
    let len = steps[0].1.bytes().len();
    let all = u128::MAX.checked_shr(128 - 8 * len as u32).unwrap_or(0);
    let mut state = (all, 0);
    for (op, bits) in steps.into_iter().rev() {
        let Some(next) = one(state, op, bits.to_number().unwrap_or(0), all) else {
            return expr;
        };
        state = next;
    }
    let (mask, flip) = state;
    // Bits that are masked away and then set are an `|` (`netlink_parse_bitwise`).
    let set = (mask & flip) ^ flip;
    let (mask, flip) = (mask | set, flip & mask);
    let mut folded = inner.clone();
    for (op, bits, idle) in [
        (BitOp::And, mask, all),
        (BitOp::Xor, flip, 0),
        (BitOp::Or, set, 0),
    ] {
        if bits != idle {
            let bits = Expr::Value(Value::number(bits, len));
            folded = Expr::Bits(op, Box::new(folded), Box::new(bits));
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::ruleset::MetaKey;

    #[test]
    fn bits_that_are_set_stay_in_the_mask_as_nft_lists_it() {
        let bits = |op, left, number: u32| {
            Expr::Bits(
                op,
                Box::new(left),
                Box::new(Expr::Value(Value::from(number))),
            )
        };
        let mark = || Expr::Meta(MetaKey::Mark);
        let written = bits(BitOp::Or, bits(BitOp::And, mark(), 0xff), 0x100);
        let listed = bits(BitOp::Or, bits(BitOp::And, mark(), 0x1ff), 0x100);
        assert_eq!(fold(written), listed);
    }
}
