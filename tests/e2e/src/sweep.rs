use onbehalf::events::sweep::{SweepFailed, sweep};

use crate::Instance;

impl Instance {
    /// Wakes its sweep.
    pub async fn sweep(&self) -> Result<(), SweepFailed> {
        let parts = &self.parts;
        sweep(&parts.store, &parts.platform, &parts.notices, &*parts.clock).await
    }
}
