//! The engine on virtual time: stories of clients, from Allocate to expiry, and everything that is refused.

mod abuse;
mod allocations;
mod life;
mod pairing;
mod places;
mod refusals;
mod streams;
mod world;
