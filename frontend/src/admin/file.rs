//! Files that the backend hands out in parts.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::export::next_cursor;
use crate::{api, bridge, browser, json, trouble::Trouble};

/// All parts of the file at this path, put together. Each part names the next one; the path has a query.
pub(super) async fn whole(path: String) -> Result<String, Trouble> {
    let (mut file, mut next) = part(&path).await?;
    while let Some(cursor) = next {
        let path = [&path, "&cursor=", &cursor].concat();
        let (more, after) = part(&path).await?;
        file.push_str(&more);
        next = after;
    }
    Ok(file)
}

/// One part, and the cursor of the next one, as it stands in a URL.
async fn part(path: &str) -> Result<(String, Option<String>), Trouble> {
    let token = bridge::token().await?;
    let request = api::request("GET", path, &token, None).map_err(|_| Trouble::Garbled)?;
    let fetched = JsFuture::from(browser::window().fetch_with_request(&request)).await;
    let (response, text) = read(fetched).await.map_err(|_| Trouble::Offline)?;
    if !response.ok() {
        return Err(Trouble::of_answer(response.status(), json::read(&text)));
    }
    // A header that can't be read is as good as none.
    let link = response.headers().get("link").ok().flatten();
    let next = link.as_deref().and_then(next_cursor).map(str::to_owned);
    Ok((text, next))
}

async fn read(fetched: Result<JsValue, JsValue>) -> Result<(Response, String), JsValue> {
    let response: Response = fetched?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response, text.as_string().unwrap_or_default()))
}
