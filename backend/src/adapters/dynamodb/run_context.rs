//! What a run has to know, in one request.

use onbehalf_contract::Access;

use super::store::Store;
use super::{keys, pace, rules, runs, schedules, tenants, tokens};
use crate::capabilities::store::{ReadRunContext, RunContext, StoreError};
use crate::domain::run::RunId;

impl ReadRunContext for Store {
    async fn run_context(&self, run: &RunId) -> Result<RunContext, StoreError> {
        let (tenant, person) = (keys::tenant(&run.of.tenant), keys::person(&run.of));
        let accesses = [Access::Read, Access::ReadWrite];
        let mut wanted = vec![
            (tenant.clone(), keys::TENANT.to_owned()),
            (tenant.clone(), keys::RULES.to_owned()),
            (tenant, keys::PACE.to_owned()),
            (person.clone(), keys::schedule(&run.schedule)),
            (person.clone(), keys::run(run)),
        ];
        wanted.extend(accesses.map(|access| (person.clone(), tokens::key(access))));
        // No two of them have the same sort key.
        let mut found = self.read_all(wanted).await?;

        let tenant: Option<tenants::Record> = found.take(keys::TENANT)?;
        let rules: Option<rules::Record> = found.take(keys::RULES)?;
        let pace: Option<pace::Record> = found.take(keys::PACE)?;
        let schedule: Option<schedules::Record> = found.take(&keys::schedule(&run.schedule))?;
        let this: Option<runs::Record> = found.take(&keys::run(run))?;
        let mut kept = Vec::new();
        for access in accesses {
            let token: Option<tokens::Record> = found.take(&tokens::key(access))?;
            if let Some(token) = token.and_then(tokens::Record::kept) {
                kept.push((access, token));
            }
        }
        Ok(RunContext {
            tenant: tenant
                .map(|tenant| tenant.tenant(&run.of.tenant, rules))
                .transpose()?,
            pace: pace.map(pace::Record::pace).unwrap_or_default(),
            schedule: schedule
                .map(|schedule| schedule.schedule(&run.of))
                .transpose()?,
            run: this.map(|this| this.run(run.clone())),
            tokens: kept,
        })
    }
}
