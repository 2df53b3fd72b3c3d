//! The calls that only admins may make. The backend asks Confluence each time whether the caller is one.

use std::pin::Pin;

use onbehalf_contract::{
    ActivityOf, AdminActivity, AdminConsent, AdminConsents, AdminPolicy, AdminRevoke,
    AdminSchedules, AskOf, AskWish, Asked, Asks, AuditEntry, AuditPage, Groups, Overview,
    PauseWish, People, PolicyEffects, RevokeMany, RevokedMany, ScheduleOf,
};

use super::{acts::Acts, export::Format, filter::Filter, query::Query};
use crate::{
    api::{call, encoded, exchange},
    components::paged::Page,
    json::{FromJson, ToJson},
    trouble::Trouble,
};

/// What a call will have brought.
pub(super) type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Trouble>>>>;

pub(super) fn overview() -> Answer<Overview> {
    get("/api/admin/overview".to_owned())
}

/// One page of the list, of at most so many.
pub(super) fn consents(
    filter: &Filter,
    sort: &str,
    cursor: Option<&str>,
    limit: u32,
) -> Answer<AdminConsents> {
    let query = filter.ask(Query::new("/api/admin/consents"));
    let query = query
        .with("sort", sort)
        .with("limit", &limit.to_string())
        .with("cursor", cursor.unwrap_or_default());
    get(query.end())
}

pub(super) fn consent(account: &str) -> Answer<AdminConsent> {
    get(of("/api/admin/consents/", account, ""))
}

/// Takes back one consent. What it is then is asked for anew, with all that belongs to it.
pub(super) fn revoke(account: &str, reason: String) -> Answer<()> {
    let path = of("/api/admin/consents/", account, "/revoke");
    send("POST", path, Some(AdminRevoke { reason }.to_json()))
}

/// Takes back some of many.
pub(super) fn revoke_many(wish: &RevokeMany) -> Answer<RevokedMany> {
    let path = "/api/admin/consents/revoke".to_owned();
    post(path, wish)
}

pub(super) fn people(search: &str) -> Answer<People> {
    let query = Query::new("/api/admin/people").with("search", search);
    get(query.end())
}

pub(super) fn groups(search: &str) -> Answer<Groups> {
    let query = Query::new("/api/admin/groups").with("search", search);
    get(query.end())
}

pub(super) fn asks() -> Answer<Page<AskOf>> {
    let asks = get::<Asks>("/api/admin/asks".to_owned());
    Box::pin(async {
        let items = asks.await?.items;
        Ok(Page { items, next: None })
    })
}

pub(super) fn ask(wish: &AskWish) -> Answer<Asked> {
    post("/api/admin/asks".to_owned(), wish)
}

pub(super) fn take_back_ask(account: &str) -> Answer<()> {
    send("DELETE", of("/api/admin/asks/", account, ""), None)
}

pub(super) fn policy() -> Answer<AdminPolicy> {
    get(POLICY.to_owned())
}

/// Only if its version is still the one that is there. The answer has the next one.
pub(super) fn save_policy(policy: &AdminPolicy) -> Answer<AdminPolicy> {
    Box::pin(call("PUT", POLICY.to_owned(), Some(policy.to_json())))
}

pub(super) fn preview_policy(policy: &AdminPolicy) -> Answer<PolicyEffects> {
    let path = [POLICY, "/preview"].concat();
    post(path, policy)
}

pub(super) fn pause(reason: String) -> Answer<()> {
    send(
        "PUT",
        PAUSE.to_owned(),
        Some(PauseWish { reason }.to_json()),
    )
}

pub(super) fn lift_pause() -> Answer<()> {
    send("DELETE", PAUSE.to_owned(), None)
}

pub(super) fn schedules(cursor: Option<&str>) -> Answer<Page<ScheduleOf>> {
    let query = Query::new("/api/admin/schedules").with("cursor", cursor.unwrap_or_default());
    let schedules = get::<AdminSchedules>(query.end());
    Box::pin(async {
        let AdminSchedules { items, next } = schedules.await?;
        Ok(Page { items, next })
    })
}

pub(super) fn activity(acts: &Acts, cursor: Option<&str>) -> Answer<Page<ActivityOf>> {
    let query = acts.ask(Query::new("/api/admin/activity"));
    let query = query.with("cursor", cursor.unwrap_or_default());
    let activity = get::<AdminActivity>(query.end());
    Box::pin(async {
        let AdminActivity { items, next } = activity.await?;
        Ok(Page { items, next })
    })
}

pub(super) fn audit(cursor: Option<&str>) -> Answer<Page<AuditEntry>> {
    let query = Query::new("/api/admin/audit").with("cursor", cursor.unwrap_or_default());
    let audit = get::<AuditPage>(query.end());
    Box::pin(async {
        let AuditPage { items, next } = audit.await?;
        Ok(Page { items, next })
    })
}

/// Where all consents that the filter lets through are, as a file in parts.
pub(super) fn exported_consents(filter: &Filter, format: Format) -> String {
    let query = Query::new("/api/admin/export/consents").with("format", format.name());
    filter.ask(query).end()
}

/// Where all acts that match are, as a file in parts.
pub(super) fn exported_activity(acts: &Acts, format: Format) -> String {
    let query = Query::new("/api/admin/export/activity").with("format", format.name());
    acts.ask(query).end()
}

const POLICY: &str = "/api/admin/policy";
const PAUSE: &str = "/api/admin/pause";

/// The path of what belongs to an account.
fn of(above: &str, account: &str, below: &str) -> String {
    [above, &encoded(account), below].concat()
}

fn get<T: FromJson + 'static>(path: String) -> Answer<T> {
    Box::pin(call("GET", path, None))
}

fn post<T: FromJson + 'static>(path: String, wish: &impl ToJson) -> Answer<T> {
    Box::pin(call("POST", path, Some(wish.to_json())))
}

/// A call of which only matters that it was carried out.
fn send(method: &'static str, path: String, body: Option<String>) -> Answer<()> {
    let answer = exchange(method, path, body);
    Box::pin(async { answer.await.map(drop) })
}
