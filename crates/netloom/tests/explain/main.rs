//! `netloom explain` as its users have it: what it answers, what its documents show, and the form
//! of its JSON.

mod answers;
mod documents;
mod schema;
mod world;
