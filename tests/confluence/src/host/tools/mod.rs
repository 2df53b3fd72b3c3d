//! Pages of the simulator's own, behind the links in its bar.

pub(super) mod apps;
pub(super) mod calls;
pub(super) mod clock;
