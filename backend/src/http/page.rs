//! The built page: the names of its assets, the HTML that loads them, and the assets themselves.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use super::api::Api;
use super::html::escaped;
use super::in_path::InPath;
use super::problem;
use crate::domain::language::Language;
use crate::domain::tenant::Tenant;

const AVATARS: &str = "https://*.public.atl-paas.net";

const TEMPLATE: &str = include_str!("page.html");
const PLAIN_TEMPLATE: &str = include_str!("plain.html");

/// The built page, in memory. Cheap to clone.
#[derive(Clone)]
pub struct Page(Arc<Built>);

struct Built {
    manifest: Manifest,
    assets: HashMap<String, Asset>,
    /// What the page says in each language, by keys that only the page knows.
    words: HashMap<Language, BTreeMap<String, String>>,
    bridge: String,
    /// Who may frame a page that is shown to somebody unknown.
    anybody: String,
}

/// `manifest.json`: where the browser finds each asset.
#[derive(Deserialize)]
struct Manifest {
    #[serde(flatten)]
    page: Module,
    admin: AdminModule,
}

/// What a browser loads together.
#[derive(Deserialize)]
struct Module {
    script: String,
    wasm: String,
    style: String,
}

/// What only admins see. Its script finds its words itself.
#[derive(Deserialize)]
struct AdminModule {
    #[serde(flatten)]
    module: Module,
    words: BTreeMap<String, String>,
}

struct Asset {
    kind: &'static str,
    plain: Bytes,
    brotli: Bytes,
}

/// The page cannot be served.
#[derive(Debug, Error)]
pub enum PageError {
    #[error("the built page is not in {}: {cause} (build it with `cargo xtask build`)", folder.display())]
    NotBuilt { folder: PathBuf, cause: io::Error },
    #[error("the built page in {} is not of the known form: {reason}", folder.display())]
    Form { folder: PathBuf, reason: String },
}

impl Page {
    /// Reads the built page from a folder. `bridge` is the URL of Atlassian's `all.js`, and `tenant_hosts` are the hosts
    /// that a tenant may have.
    pub fn read(folder: &FilePath, bridge: String, tenant_hosts: &str) -> Result<Self, PageError> {
        let not_built = |cause| PageError::NotBuilt {
            folder: folder.to_owned(),
            cause,
        };
        let form = |reason: String| PageError::Form {
            folder: folder.to_owned(),
            reason,
        };
        let manifest = fs::read(folder.join("manifest.json")).map_err(not_built)?;
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|error| form(error.to_string()))?;
        let mut assets = HashMap::new();
        let modules = [&manifest.page, &manifest.admin.module];
        let modules = modules.into_iter().flat_map(|module| {
            [
                (&module.script, "text/javascript; charset=utf-8"),
                (&module.wasm, "application/wasm"),
                (&module.style, "text/css; charset=utf-8"),
            ]
        });
        let admin_words = manifest.admin.words.values();
        let admin_words = admin_words.map(|url| (url, "application/json"));
        for (url, kind) in modules.chain(admin_words) {
            let name = url
                .strip_prefix("/assets/")
                .ok_or_else(|| form(format!("{url} is not below /assets/")))?;
            let file = folder.join("assets").join(name);
            let plain = fs::read(&file).map_err(not_built)?.into();
            let brotli = fs::read(file.with_added_extension("br"))
                .map_err(not_built)?
                .into();
            assets.insert(
                name.to_owned(),
                Asset {
                    kind,
                    plain,
                    brotli,
                },
            );
        }
        let mut words = HashMap::new();
        for language in Language::ALL {
            let file = folder
                .join("words")
                .join(format!("{}.json", language.code()));
            let said = fs::read(&file).map_err(not_built)?;
            let said = serde_json::from_slice(&said).map_err(|error| form(error.to_string()))?;
            words.insert(language, said);
        }
        Ok(Self(Arc::new(Built {
            manifest,
            assets,
            words,
            bridge,
            anybody: frames_of(tenant_hosts),
        })))
    }

    /// What the page says in this language.
    pub(super) fn words(&self, language: Language) -> &BTreeMap<String, String> {
        static NOTHING: BTreeMap<String, String> = BTreeMap::new();
        self.0.words.get(&language).unwrap_or(&NOTHING)
    }

    /// The HTML that shows this state of the page for everybody.
    pub(super) fn with_state(&self, language: Language, title: &str, state: &str) -> String {
        self.with_module(&self.0.manifest.page, language, title, state)
    }

    /// The HTML that shows this state of the page for admins.
    pub(super) fn for_admins(&self, language: Language, title: &str, state: &str) -> String {
        self.with_module(&self.0.manifest.admin.module, language, title, state)
    }

    fn with_module(&self, module: &Module, language: Language, title: &str, state: &str) -> String {
        let Module {
            script,
            wasm,
            style,
        } = module;
        let said = |key| escaped(self.words(language).get(key).map_or("", String::as_str));
        fill(
            TEMPLATE,
            &[
                ("language", language.code()),
                ("loading", &said("loading.text")),
                ("script-needed", &said("loading.script")),
                ("title", &escaped(title)),
                ("style", &escaped(style)),
                ("bridge", &escaped(&self.0.bridge)),
                ("script", &escaped(script)),
                ("wasm", &escaped(wasm)),
                // In a script element nothing is escaped but what could end it.
                ("state", &state.replace('<', "\\u003c")),
            ],
        )
    }

    /// HTML without a script. The title and the body are HTML.
    pub(super) fn plain(&self, language: Language, title: &str, body: &str) -> String {
        fill(
            PLAIN_TEMPLATE,
            &[
                ("language", language.code()),
                ("title", title),
                ("style", &escaped(&self.0.manifest.page.style)),
                ("bridge", &escaped(&self.0.bridge)),
                ("body", body),
            ],
        )
    }

    /// The policy of a page that runs the app. Only the tenant's own site may frame it.
    pub(super) fn policy(&self, tenant: &Tenant) -> String {
        let bridge = self.bridge_origin();
        // Pictures of people come from their site, or from where Atlassian keeps them.
        let site = tenant.site.origin().ascii_serialization();
        format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{bridge}; style-src 'self'; connect-src 'self'; \
             img-src 'self' data: {site} {AVATARS}; base-uri 'none'; form-action 'none'; frame-ancestors {}",
            frames(tenant)
        )
    }

    /// The policy of a page without our script. For somebody unknown, any tenant may frame it.
    pub(super) fn plain_policy(&self, tenant: Option<&Tenant>) -> String {
        let bridge = self.bridge_origin();
        let frames = tenant.map_or_else(|| self.0.anybody.clone(), frames);
        format!(
            "default-src 'none'; script-src 'self'{bridge}; style-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors {frames}"
        )
    }

    /// Where the bridge comes from, if from somewhere else, with a space before it.
    fn bridge_origin(&self) -> String {
        Url::parse(&self.0.bridge).map_or_else(
            |_| String::new(),
            |url| format!(" {}", url.origin().ascii_serialization()),
        )
    }
}

/// `GET /assets/{name}`: a name holds the hash of what it names, so that it can be kept for ever.
pub(super) async fn asset(
    State(api): State<Api>,
    InPath(name): InPath<String>,
    headers: HeaderMap,
) -> Response {
    let Some(asset) = api.page.0.assets.get(&name) else {
        return problem::not_found();
    };
    let brotli = takes_brotli(&headers);
    let mut response = if brotli {
        asset.brotli.clone()
    } else {
        asset.plain.clone()
    }
    .into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if brotli {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts.next() == Some("br")
                && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

/// The origins of a tenant's site.
fn frames(tenant: &Tenant) -> String {
    let sites = [Some(&tenant.site), tenant.display_site.as_ref()];
    let mut origins: Vec<_> = sites
        .into_iter()
        .flatten()
        .map(|site| site.origin().ascii_serialization())
        .collect();
    origins.dedup();
    origins.join(" ")
}

/// The origins that a list of host patterns stands for.
fn frames_of(tenant_hosts: &str) -> String {
    let origins: Vec<_> = tenant_hosts
        .split(',')
        .map(str::trim)
        .filter(|host| !host.is_empty())
        .map(|host| {
            let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
            let has_port = name != host;
            match (name, has_port) {
                ("localhost" | "127.0.0.1", true) => format!("http://{host}"),
                ("localhost" | "127.0.0.1", false) => format!("http://{host}:*"),
                _ => format!("https://{host}"),
            }
        })
        .collect();
    origins.join(" ")
}

/// Fills `{{name}}` in, in one pass: what is filled in is not searched again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut html = String::with_capacity(
        template.len() + values.iter().map(|(_, value)| value.len()).sum::<usize>(),
    );
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        html.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            break;
        };
        let value = values
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value);
        html.push_str(value);
        rest = after;
    }
    html.push_str(rest);
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_searched_again() {
        assert_eq!(
            fill("<a>{{x}}</a>{{y}}", &[("x", "{{y}}"), ("y", "1")]),
            "<a>{{y}}</a>1"
        );
    }

    #[test]
    fn hosts_become_origins() {
        assert_eq!(
            frames_of("*.atlassian.net, localhost,127.0.0.1:8990"),
            "https://*.atlassian.net http://localhost:* http://127.0.0.1:8990"
        );
    }

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        for (value, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=0.5", true),
            ("gzip", false),
            ("br;q=0", false),
            ("bro", false),
        ] {
            let headers =
                HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]);
            assert_eq!(takes_brotli(&headers), takes, "{value}");
        }
    }
}
