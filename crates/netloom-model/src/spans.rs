//! Many numbers told in few words.

/// Numbers in their order, those that follow each other as one.
///
/// ```
/// assert_eq!(netloom_model::spans([1u16, 2, 3, 7]), "1-3, 7");
/// ```
pub fn spans<N: Into<i64>>(numbers: impl IntoIterator<Item = N>) -> String {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for number in numbers.into_iter().map(Into::into) {
        match spans.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => spans.push((number, number)),
        }
    }
    let told = spans.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    told.collect::<Vec<_>>().join(", ")
}
