//! `/wiki/simulator/clock`: moving the time.

use axum::response::Response;

use crate::host::html::esc;
use crate::host::layout::View;
use crate::host::time::to_the_second;
use crate::host::visitor::Visitor;

pub(in crate::host) async fn show(visitor: Visitor) -> Response {
    let clock = &visitor.site.clock;
    let now = clock.now();
    let steps = [
        ("1 minute", 60),
        ("15 minutes", 900),
        ("1 hour", 3600),
        ("1 day", 86_400),
        ("30 days", 2_592_000),
    ];
    let step = |(label, seconds): &(&str, u32)| {
        format!(
            r#"<button class="button" name="advanceSeconds" value="{seconds}">+ {label}</button>"#
        )
    };
    let frozen = if clock.is_frozen() {
        " It stands still."
    } else {
        ""
    };
    let body = format!(
        r#"<div class="reading"><h1>Clock</h1><p class="lead">The site believes it is {} UTC.{frozen} Only the site’s clock moves: the app has its own.</p>
<form data-control="/clock" data-method="POST" class="row">{}</form>
<form data-control="/clock" data-method="POST" class="row"><label class="field"><span>Set to (UTC)</span><input name="set" required value="{}"></label><button class="button">Set</button></form>
<form data-control="/clock" data-method="POST" class="row"><button class="button" name="freeze" value="true">Stop the clock</button><button class="button button-primary" name="reset" value="true">Back to the real time</button></form></div>"#,
        to_the_second(now),
        steps.iter().map(step).collect::<String>(),
        esc(&now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
    );
    visitor.show(&View::new("Clock", body))
}
