//! Makes the document from the handlers. Only the test does: what is served is what it wrote.

use onbehalf_contract::Problem;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::DOCUMENT;
use crate::http::{activity, admin, consent, receipt, runs, schedules, texts};

/// The token of a page of ours, from `AP.context.getToken`: `Authorization: JWT …`.
/// <https://developer.atlassian.com/cloud/confluence/context-jwt/>
struct ContextToken;

impl Modify for ContextToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let header = ApiKeyValue::with_description(
            "Authorization",
            "`JWT` and a context token of Atlassian Connect",
        );
        components.add_security_scheme(
            "contextToken",
            SecurityScheme::ApiKey(ApiKey::Header(header)),
        );
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Onbehalf",
        description = "Each user's own consent in front of Atlassian's user impersonation. Errors are `application/problem+json` (RFC 9457).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    modifiers(&ContextToken),
    components(schemas(Problem)),
    paths(
        consent::see,
        consent::grant,
        consent::revoke,
        consent::decline,
        activity::list,
        receipt::download,
        schedules::list,
        schedules::add,
        schedules::preview,
        schedules::change,
        schedules::delete,
        schedules::run,
        runs::list,
        runs::settle,
        texts::show,
        admin::overview::show,
        admin::consents::list,
        admin::consents::see,
        admin::consents::revoke_one,
        admin::consents::revoke_some,
        admin::directory::people,
        admin::directory::groups,
        admin::asks::list,
        admin::asks::ask,
        admin::asks::take_back,
        admin::policy::show,
        admin::policy::change,
        admin::policy::preview,
        admin::pause::pause,
        admin::pause::lift,
        admin::schedules::list,
        admin::activity::list,
        admin::audit::list,
        admin::export::consents,
        admin::export::activity
    )
)]
struct Document;

#[test]
fn the_document_is_what_the_handlers_say() {
    let said = Document::openapi().to_pretty_json().unwrap();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
        std::fs::write(file, format!("{said}\n")).unwrap();
        return;
    }
    assert!(
        DOCUMENT.trim_end() == said,
        "docs/openapi.json is not what the handlers say: run this test with UPDATE_OPENAPI=1"
    );
}
