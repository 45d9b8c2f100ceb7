//! Taking things out, many at first, as long as something still holds (Zeller and Hildebrandt,
//! "Simplifying and isolating failure-inducing input", 2002).

/// The fewest of `things` found for which `still` holds.
pub(crate) fn fewer<T: Clone>(mut things: Vec<T>, mut still: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut size = things.len().div_ceil(2);
    while size > 0 {
        let mut at = things.len();
        while at > 0 {
            let from = at.saturating_sub(size);
            let mut fewer = things.clone();
            fewer.drain(from..at);
            if still(&fewer) {
                things = fewer;
            }
            at = from.min(things.len());
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    things
}
