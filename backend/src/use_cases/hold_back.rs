//! A run whose turn it is not yet: its site asks to be called less, or its person's token is about to end.

use jiff::Timestamp;

use super::run_schedule::Acting;
use crate::capabilities::platform::TOKEN_SPARE;
use crate::capabilities::store::{KeepPace, KeptToken, RunContext, StoreError};
use crate::domain::failure::spread_after;
use crate::domain::pace::{Turn, wait_for};
use crate::domain::run::RunId;
use crate::domain::schedule::Schedule;
use crate::domain::tenant::Tenant;

/// It comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldBack {
    pub until: Timestamp,
    /// The slot that it has.
    pub slot: Option<Timestamp>,
}

/// Until when a run is held back: while its site is not to be called, or not so fast; and in the last seconds of a token's
/// life, for nobody asks for a new one before the old one is over.
pub(super) async fn held_back(
    acting: &Acting<'_, impl KeepPace, impl Sized>,
    context: &RunContext,
    run: &RunId,
    schedule: &Schedule,
    mut slot: Option<Timestamp>,
) -> Result<Option<HeldBack>, StoreError> {
    let Acting { store, clock, .. } = *acting;
    match context.pace.turn(clock.now(), slot) {
        Turn::Now => {}
        Turn::NotBefore { until, slot } => {
            // Of those whom a block held back, not all come back at once.
            let until = slot.unwrap_or_else(|| spread_after(until, run));
            return Ok(Some(HeldBack { until, slot }));
        }
        Turn::TakeSlot(slow) => {
            let until = store
                .take_slot(&run.of.tenant, slow.gap, clock.now())
                .await?;
            slot = Some(until);
            match wait_for(until, clock.now()) {
                Some(wait) => clock.sleep(wait).await,
                None => return Ok(Some(HeldBack { until, slot })),
            }
        }
    }
    let token = context
        .tenant
        .as_ref()
        .and_then(|tenant| token_for(context, schedule, tenant));
    let now = clock.now();
    Ok(token
        .map(|token| token.expires_at)
        .filter(|ends| *ends > now && ends.duration_since(now) <= TOKEN_SPARE)
        .map(|until| HeldBack { until, slot }))
}

/// The token that is kept for this, of this installation.
pub(super) fn token_for<'a>(
    context: &'a RunContext,
    schedule: &Schedule,
    tenant: &Tenant,
) -> Option<&'a KeptToken> {
    context
        .tokens
        .iter()
        .find(|(access, token)| {
            *access == schedule.access() && token.generation == tenant.generation
        })
        .map(|(_, token)| token)
}
