//! A call from its invite to its end: the table of what is legal, and stories of what happens.

mod people;
mod stories;
mod survival;
mod table;
