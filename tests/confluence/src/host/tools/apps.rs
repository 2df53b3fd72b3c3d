//! `/wiki/simulator/apps`: what is installed; installing and uninstalling.

use axum::response::Response;

use crate::host::html::esc;
use crate::host::layout::View;
use crate::host::visitor::Visitor;
use crate::installation::Installation;
use crate::qsh::encode;

pub(in crate::host) async fn show(visitor: Visitor) -> Response {
    let installations = visitor
        .site
        .read(|world| world.installations.values().cloned().collect::<Vec<_>>());
    let list = match installations.is_empty() {
        true => "<p class=\"lead\">No app is installed yet.</p>".to_owned(),
        false => installations.iter().map(app).collect(),
    };
    let body = format!(
        r#"<div class="reading"><h1>Apps</h1><p class="lead">Install an app by the URL of its descriptor. To install it again renews its secret.</p>
<form data-control="/installations" data-method="POST" class="row"><label class="field"><span>Descriptor URL</span>
<input name="descriptorUrl" type="url" required placeholder="http://localhost:8787/atlassian-connect.json"></label>
<button class="button button-primary">Install</button></form>{list}</div>"#
    );
    visitor.show(&View::new("Apps", body))
}

fn app(installation: &Installation) -> String {
    let Installation {
        app_key,
        client_key,
        descriptor_url,
        enabled,
        descriptor,
        ..
    } = installation;
    let path = esc(&encode(app_key)).to_string();
    let (state, class, action) = match enabled {
        true => ("enabled", "lozenge-good", "Disable"),
        false => ("disabled", "lozenge-bad", "Enable"),
    };
    let modules = &descriptor.modules;
    let page = |label: &str, key: &str| {
        format!(
            r#"<a class="button" href="/wiki/plugins/servlet/ac/{path}/{}">{label}</a>"#,
            esc(&encode(key))
        )
    };
    let pages = [
        modules
            .configure_page
            .as_ref()
            .map(|module| page("Configure", &module.key)),
        modules
            .post_install_page
            .as_ref()
            .map(|module| page("Get started", &module.key)),
    ];
    format!(
        r#"<h2 class="section-title">{name} <span class="lozenge {class}">{state}</span></h2>
<div class="table-wrap"><table class="table"><tbody><tr><th scope="row">Key</th><td><code>{key}</code></td></tr><tr><th scope="row">Client key</th><td><code>{client_key}</code></td></tr>
<tr><th scope="row">Descriptor</th><td><a href="{url}">{url}</a></td></tr><tr><th scope="row">Scopes</th><td>{scopes}</td></tr></tbody></table></div>
<div class="row">{pages}<form data-control="/installations" data-method="POST"><input type="hidden" name="descriptorUrl" value="{url}"><button class="button">Install again</button></form>
<form data-control="/installations/{path}" data-method="PATCH"><button class="button" name="enabled" value="{toggle}">{action}</button></form>
<form data-control="/installations/{path}" data-method="DELETE"><button class="button button-danger">Uninstall</button></form></div>"#,
        name = esc(descriptor.title()),
        key = esc(app_key),
        client_key = esc(client_key),
        url = esc(descriptor_url),
        scopes = esc(&descriptor.scopes.join(", ")),
        pages = pages.into_iter().flatten().collect::<String>(),
        toggle = !enabled,
    )
}
