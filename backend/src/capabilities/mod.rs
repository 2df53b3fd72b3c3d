//! What use cases need from the outside, in small traits: a use case names exactly those that it needs, an adapter
//! provides them, and a Lambda can do no more than what its binary wires.

pub mod platform;
pub mod store;
pub mod world;
