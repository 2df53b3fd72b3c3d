//! Reports about whose personal data is kept.

use atlassian_connect::personal_data::{
    self, AccountStatus, CyclePeriod, MOST_ACCOUNTS, Report, ReportedAccount, Verdict as Ruling,
};
use atlassian_connect::{AccountId as ConnectAccountId, IdError};
use http::Method;
use jiff::SignedDuration;
use reqwest::StatusCode;

use super::{Connect, rest};
use crate::capabilities::platform::{
    KeptPerson, ProductError, ReportError, ReportPeople, Told, Verdict,
};
use crate::capabilities::store::KeepPace;
use crate::domain::ids::AccountId;
use crate::domain::tenant::Tenant;

impl<S: KeepPace> ReportPeople for Connect<S> {
    const MOST_IN_A_REPORT: usize = MOST_ACCOUNTS;

    async fn report(&self, tenant: &Tenant, people: &[KeptPerson]) -> Result<Told, ReportError> {
        let report = report_of(people)?;
        let answer = self
            .inner
            .send(tenant, Method::POST, personal_data::PATH, Some(&report))
            .await?;
        let cycle = length(CyclePeriod::of(answer.headers()));
        let not_believed = |reason: String| ReportError::NotBelieved { reason, cycle };
        let rulings = match answer.status() {
            StatusCode::OK => {
                let body = rest::read_body(answer).await?;
                let rulings = report.verdicts(&body);
                rulings.map_err(|error| not_believed(error.to_string()))?
            }
            StatusCode::NO_CONTENT => Vec::new(),
            status => return Err(ProductError::Refused(status.as_u16()).into()),
        };
        let verdicts = rulings.iter().map(verdict).collect::<Result<_, _>>();
        Ok(Told {
            cycle,
            verdicts: verdicts.map_err(not_believed)?,
        })
    }
}

fn report_of(people: &[KeptPerson]) -> Result<Report, ProductError> {
    let accounts = people
        .iter()
        .map(|person| {
            Ok(ReportedAccount {
                account_id: ConnectAccountId::new(person.account.as_str())?,
                updated_at: format!("{:.3}", person.updated_at),
            })
        })
        .collect::<Result<_, IdError>>()
        .map_err(|error| ProductError::Unavailable(error.into()))?;
    let [report] = Report::of(accounts)
        .try_into()
        .map_err(|_| ProductError::Unavailable("these people do not make one report".into()))?;
    Ok(report)
}

fn verdict(ruling: &Ruling) -> Result<(AccountId, Verdict), String> {
    let account =
        AccountId::parse(ruling.account_id.as_str()).map_err(|error| error.to_string())?;
    let verdict = match ruling.status {
        AccountStatus::Closed => Verdict::Closed,
        AccountStatus::Updated => Verdict::Updated,
        _ => return Err("the answer to the report has a status that is not known".into()),
    };
    Ok((account, verdict))
}

fn length(cycle: CyclePeriod) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(cycle.days()))
}
