//! Behaviour of neighbour tables, through an engine.
