//! `/api/admin/export/…`: consents and activity, as CSV or JSON Lines, in parts: however much there is, only a part of it is in
//! memory, and no answer is longer than a Lambda function may give. Each part names the next in its `Link`
//! ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288)); put together they are one file, and one that broke off is gone on
//! with. Only the first part of a CSV has the names of the columns.

use std::collections::BTreeSet;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use axum::response::{IntoResponse, Response};
use onbehalf_contract::{Access, AdminDeed, ConsentState, Outcome};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::activity::Wanted;
use super::consents::filter_of;
use super::people::Names;
use crate::capabilities::store::{Administer, ListCursor};
use crate::domain::act::Act;
use crate::domain::audit::AuditEntry;
use crate::domain::consent::{Circumstances, Consent, Standing};
use crate::domain::ids::AccountId;
use crate::domain::task::in_words;
use crate::domain::tenant::Tenant;
use crate::http::api::Api;
use crate::http::caller::AdminCaller;
use crate::http::consent::{because, state};
use crate::http::openapi::Problems;
use crate::http::paging::not_of_this_list;
use crate::http::problem::Failure;
use crate::use_cases::list_activity::list_activity;
use crate::use_cases::list_consents::{matching, names};

/// How many lines a part has at most: about 2 MB, of the 6 MB that a Lambda function may answer.
const PART: usize = 5000;

/// How many names are asked for at once.
const NAMED_AT_ONCE: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// RFC 4180.
    Csv,
    /// One JSON object a line. <https://jsonlines.org>
    JsonLines,
}

/// Which consents.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentsQuery {
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    #[param(max_length = 100)]
    search: Option<String>,
    #[serde(default)]
    state: Option<ConsentState>,
    #[serde(default)]
    access: Option<Access>,
    #[serde(default)]
    cursor: Option<String>,
}

/// Which acts.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ActsQuery {
    format: Option<String>,
    person: Option<String>,
    schedule: Option<String>,
    result: Option<Outcome>,
    /// From this time on, and before that one, in RFC 3339.
    from: Option<String>,
    to: Option<String>,
    cursor: Option<String>,
}

/// A line of an export, the fields in the order of their columns.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConsentLine {
    account_id: String,
    name: String,
    state: ConsentState,
    ended_because: String,
    access: Access,
    granted_at: String,
    expires_at: String,
    ended_at: String,
    consent_id: String,
    notice: String,
    language: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActLine {
    started_at: String,
    finished_at: String,
    account_id: String,
    name: String,
    schedule: String,
    what: String,
    access: Access,
    outcome: Outcome,
    status: String,
    link: String,
    as_app: bool,
    settled: bool,
    id: String,
}

#[utoipa::path(
    get,
    path = "/api/admin/export/consents",
    tag = "admin",
    params(ConsentsQuery),
    responses(
        (
            status = 200,
            description = "Up to 5,000 lines",
            content((String = "text/csv"), (String = "application/jsonl")),
            headers(
                ("Content-Disposition" = String, description = "The name of a file"),
                ("Link" = String, description = "The next part, if there is one"),
            ),
        ),
        Problems,
    ),
    security(("contextToken" = [])),
)]
pub(super) async fn consents(
    State(api): State<Api>,
    admin: AdminCaller,
    query: Result<Query<ConsentsQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(query) = query.map_err(|error| Failure::Malformed(error.body_text()))?;
    let format = Format::parse(query.format.as_deref())?;
    let filter = filter_of(query.search, query.state, query.access)?;
    let after = query
        .cursor
        .map(|cursor| AccountId::parse(cursor).map_err(|_| not_of_this_list()));
    let after = after.transpose()?;
    let tenant = &admin.tenant;
    let when = api.circumstances(tenant);
    let mut consents = matching(&api.store, &api.platform, tenant, &filter, &when).await?;
    consents.retain(|it| after.as_ref().is_none_or(|after| it.of.account > *after));
    consents.sort_by(|a, b| a.of.cmp(&b.of));
    let more = consents.len() > PART;
    consents.truncate(PART);
    note(&api, &admin, "consents").await?;
    let accounts = consents.iter().map(|it| it.of.account.clone());
    let names = names_of(&api, tenant, accounts.collect()).await;
    let lines = consents.iter().map(|consent| {
        let name = names.get(&consent.of.account).map(|it| it.name.clone());
        line_of_consent(consent, name, &when)
    });
    let text = format.text(lines, after.is_none())?;
    let next = consents.last().filter(|_| more);
    let next = next.map(|last| last.of.account.to_string());
    Ok(part(text, format, "consents", next))
}

#[utoipa::path(
    get,
    path = "/api/admin/export/activity",
    tag = "admin",
    params(ActsQuery),
    responses(
        (
            status = 200,
            description = "Up to 5,000 lines",
            content((String = "text/csv"), (String = "application/jsonl")),
            headers(
                ("Content-Disposition" = String, description = "The name of a file"),
                ("Link" = String, description = "The next part, if there is one"),
            ),
        ),
        Problems,
    ),
    security(("contextToken" = [])),
)]
pub(super) async fn activity(
    State(api): State<Api>,
    admin: AdminCaller,
    query: Result<Query<ActsQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(ActsQuery {
        format,
        person,
        schedule,
        result,
        from,
        to,
        cursor,
    }) = query.map_err(|error| Failure::Malformed(error.body_text()))?;
    let format = Format::parse(format.as_deref())?;
    let wanted = Wanted {
        person,
        schedule,
        result,
        from,
        to,
    };
    let filter = wanted.filter(api.clock.now())?;
    let first = cursor.is_none();
    let cursor = cursor.map(|text| ListCursor::parse(&text).ok_or_else(not_of_this_list));
    let mut cursor = cursor.transpose()?;
    note(&api, &admin, "activity").await?;
    let (tenant, now) = (&admin.tenant, api.clock.now());
    let mut acts: Vec<Act> = Vec::new();
    loop {
        let left = PART - acts.len();
        let page = list_activity(&api.store, &tenant.key, &filter, left, cursor, now).await?;
        acts.extend(page.acts);
        cursor = page.next;
        if cursor.is_none() || acts.len() >= PART {
            break;
        }
    }
    let accounts = acts.iter().map(|act| act.of().account.clone());
    let names = names_of(&api, tenant, accounts.collect()).await;
    let lines = acts.iter().map(|act| {
        let name = names.get(&act.of().account).map(|it| it.name.clone());
        line_of_act(act, name, now)
    });
    let text = format.text(lines, first)?;
    Ok(part(
        text,
        format,
        "activity",
        cursor.map(|next| next.text()),
    ))
}

/// What these people are called, each asked for once.
async fn names_of(api: &Api, tenant: &Tenant, accounts: BTreeSet<AccountId>) -> Names {
    let accounts: Vec<_> = accounts.into_iter().collect();
    let mut found = Names::new();
    for some in accounts.chunks(NAMED_AT_ONCE) {
        found.extend(names(&api.platform, tenant, some).await);
    }
    found
}

/// Who took what out is on record before the first line of it goes: each part, for one can begin with any.
async fn note(api: &Api, admin: &AdminCaller, what: &str) -> Result<(), Failure> {
    let entry = AuditEntry {
        at: api.clock.now(),
        by: admin.account.clone(),
        did: AdminDeed::Exported { what: what.into() },
        person: None,
    };
    Ok(api.store.note_audit(&admin.tenant.key, &entry).await?)
}

fn part(text: Vec<u8>, format: Format, name: &str, next: Option<String>) -> Response {
    let (kind, ending) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::JsonLines => ("application/jsonl", "jsonl"),
    };
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    let file = format!("attachment; filename=\"onbehalf-{name}.{ending}\"");
    let next = next.map(|next| {
        let cursor = utf8_percent_encode(&next, NON_ALPHANUMERIC);
        format!("<?cursor={cursor}>; rel=\"next\"")
    });
    for (header, value) in [(CONTENT_DISPOSITION, Some(file)), (LINK, next)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(header, value);
        }
    }
    response
}

fn line_of_consent(
    consent: &Consent,
    name: Option<String>,
    when: &Circumstances<'_>,
) -> ConsentLine {
    let end = match consent.standing(when) {
        Standing::Active => None,
        Standing::Ended(end) => Some(end),
    };
    let ended_because = end
        .as_ref()
        .and_then(|end| serde_json::to_value(because(end)).ok());
    let ended_because = ended_because.and_then(|name| name.as_str().map(str::to_owned));
    ConsentLine {
        account_id: consent.of.account.to_string(),
        name: name.unwrap_or_default(),
        state: state(end.as_ref()),
        ended_because: ended_because.unwrap_or_default(),
        access: consent.access(when),
        granted_at: consent.granted_at.to_string(),
        expires_at: consent.ends_at(when).to_string(),
        ended_at: end
            .and_then(|end| end.at)
            .map(|at| at.to_string())
            .unwrap_or_default(),
        consent_id: consent.id.to_string(),
        notice: consent.agreement.notice.clone(),
        language: consent.agreement.language.code().into(),
    }
}

fn line_of_act(act: &Act, name: Option<String>, now: jiff::Timestamp) -> ActLine {
    let finished = act.finished.as_ref();
    ActLine {
        started_at: act.started_at.to_string(),
        finished_at: finished.map(|it| it.at.to_string()).unwrap_or_default(),
        account_id: act.of().account.to_string(),
        name: name.unwrap_or_default(),
        schedule: act.run.schedule.to_string(),
        what: in_words(&act.deed),
        access: act.access,
        outcome: act.outcome_at(now),
        status: finished
            .and_then(|it| it.status)
            .map(|status| status.to_string())
            .unwrap_or_default(),
        link: finished.and_then(|it| it.link.clone()).unwrap_or_default(),
        as_app: act.as_app,
        settled: finished.is_some_and(|it| it.settled),
        id: act.run.text(),
    }
}

impl Format {
    fn parse(text: Option<&str>) -> Result<Self, Failure> {
        match text {
            None | Some("csv") => Ok(Self::Csv),
            Some("jsonl") => Ok(Self::JsonLines),
            Some(_) => Err(Failure::Unacceptable("the format is csv or jsonl".into())),
        }
    }

    fn text<T: Serialize>(
        self,
        lines: impl Iterator<Item = T>,
        first: bool,
    ) -> Result<Vec<u8>, Failure> {
        let text = match self {
            Self::JsonLines => json_lines_of(lines).map_err(|error| error.to_string()),
            Self::Csv => csv_of(lines, first).map_err(|error| error.to_string()),
        };
        text.map_err(|error| {
            tracing::error!(error, "an export cannot be written");
            Failure::Internal
        })
    }
}

fn json_lines_of<T: Serialize>(
    lines: impl Iterator<Item = T>,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
    }
    Ok(text)
}

fn csv_of<T: Serialize>(
    lines: impl Iterator<Item = T>,
    first: bool,
) -> Result<Vec<u8>, csv::Error> {
    let mut plain = csv::WriterBuilder::new()
        .has_headers(first)
        .from_writer(Vec::new());
    for line in lines {
        plain.serialize(line)?;
    }
    let plain = plain.into_inner().map_err(|error| error.into_error())?;
    let mut written = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&*plain);
    for row in rows.records() {
        written.write_record(row?.iter().map(defused))?;
    }
    Ok(written.into_inner().map_err(|error| error.into_error())?)
}

/// A cell that a spreadsheet would take for a formula becomes a text.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn defused(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Line {
        name: &'static str,
        count: u32,
    }

    fn csv(names: &[&'static str]) -> String {
        let lines = names.iter().map(|name| Line { name, count: 1 });
        String::from_utf8(csv_of(lines, true).unwrap()).unwrap()
    }

    #[test]
    fn a_cell_is_a_text_whatever_it_holds() {
        assert_eq!(
            csv(&["Alice", "Bob, \"the\" builder\nand son"]),
            "\"name\",\"count\"\r\n\"Alice\",\"1\"\r\n\"Bob, \"\"the\"\" builder\nand son\",\"1\"\r\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        for evil in [
            "=cmd|'/c calc'!A1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "＝1",
        ] {
            let sheet = csv(&[evil]);
            let cell = sheet.lines().nth(1).unwrap();
            assert!(cell.starts_with("\"'"), "{evil:?}: {cell}");
        }
    }
}
