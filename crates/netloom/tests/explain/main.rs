//! `netloom explain` and `check` as their users have them: what they answer, what documents show, and the form
//! of its JSON.

mod answers;
mod checks;
mod documents;
mod hosts;
mod schema;
mod world;
