//! `/wiki/simulator/calls`: what came in and what went out, the latest first.

use axum::response::Response;

use crate::calls::{Call, Delivery, Exchange};
use crate::host::html::esc;
use crate::host::layout::View;
use crate::host::time::to_the_second;
use crate::host::visitor::Visitor;

/// How many of each kind are shown.
const SHOWN: usize = 100;

pub(in crate::host) async fn show(visitor: Visitor) -> Response {
    let site = &visitor.site;
    let name = |account_id: Option<&String>| {
        let person = account_id.and_then(|account_id| site.account(account_id));
        person.map(|person| person.display_name)
    };
    let calls = rows(site.calls.all(), |call: &Call| {
        let who = match name(call.account_id.as_ref()) {
            Some(name) if call.caller.starts_with("user:") => format!("as {name}"),
            Some(name) => format!("{} ({name})", call.caller),
            None => call.caller.clone(),
        };
        let scopes: Vec<_> = call.scopes.iter().map(|scope| scope.as_str()).collect();
        let cells = [
            to_the_second(call.at),
            who,
            format!("{} {}", call.method, call.path),
            scopes.join(" "),
            call.reason.clone().unwrap_or_default(),
        ];
        (cells, call.status)
    });
    let exchanges = rows(site.exchanges.all(), |exchange: &Exchange| {
        let scopes: Vec<_> = exchange.scopes.iter().map(|scope| scope.as_str()).collect();
        let why = exchange.error.as_ref().map(|error| {
            format!(
                "{error}: {}",
                exchange.error_description.as_deref().unwrap_or_default()
            )
        });
        let cells = [
            to_the_second(exchange.at),
            name(exchange.account_id.as_ref())
                .or_else(|| exchange.account_id.clone())
                .unwrap_or_default(),
            exchange
                .requested_scope
                .clone()
                .unwrap_or_else(|| "all of the app’s".to_owned()),
            scopes.join(" "),
            why.unwrap_or_default(),
        ];
        (cells, Some(exchange.status))
    });
    let deliveries = rows(site.deliveries.all(), |delivery: &Delivery| {
        let cells = [
            to_the_second(delivery.at),
            delivery.app_key.clone(),
            delivery.event.clone(),
            delivery.url.clone(),
            delivery.error.clone().unwrap_or_default(),
        ];
        (cells, delivery.status)
    });
    let body = format!(
        r#"<div class="reading wide"><h1>Calls</h1>{}{}{}</div>"#,
        table(
            "Calls received",
            "/calls",
            ["Time", "Who", "What", "Scopes", "Why"],
            &calls
        ),
        table(
            "Access tokens",
            "/exchanges",
            ["Time", "For", "Asked for", "Given", "Why"],
            &exchanges
        ),
        table(
            "Callbacks and webhooks sent",
            "/deliveries",
            ["Time", "App", "Event", "URL", "Why"],
            &deliveries
        ),
    );
    visitor.show(&View::new("Calls", body))
}

fn rows<T>(records: Vec<T>, show: impl Fn(&T) -> ([String; 5], Option<u16>)) -> String {
    let row = |record: &T| {
        let (cells, status) = show(record);
        let cells: String = cells
            .iter()
            .map(|cell| format!("<td>{}</td>", esc(cell)))
            .collect();
        format!("<tr>{cells}<td>{}</td></tr>", lozenge(status))
    };
    records.iter().rev().take(SHOWN).map(row).collect()
}

fn table(title: &str, control: &str, heads: [&str; 5], rows: &str) -> String {
    let heads: String = heads
        .iter()
        .map(|head| format!("<th scope=\"col\">{head}</th>"))
        .collect();
    let content = match rows.is_empty() {
        true => "<p class=\"lead\">None yet.</p>".to_owned(),
        false => format!(
            r#"<div class="table-wrap"><table class="table"><thead><tr>{heads}<th scope="col">Status</th></tr></thead><tbody>{rows}</tbody></table></div>
<form data-control="{control}" data-method="DELETE"><button class="button">Clear</button></form>"#
        ),
    };
    format!(r#"<h2 class="section-title">{title}</h2>{content}"#)
}

fn lozenge(status: Option<u16>) -> String {
    match status {
        Some(status @ ..400) => format!(r#"<span class="lozenge lozenge-good">{status}</span>"#),
        Some(status) => format!(r#"<span class="lozenge lozenge-bad">{status}</span>"#),
        None => r#"<span class="lozenge lozenge-bad">no answer</span>"#.to_owned(),
    }
}
