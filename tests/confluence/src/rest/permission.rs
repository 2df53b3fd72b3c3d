//! Whether someone may do something with a content: `/rest/api/content/{id}/permission/check`.

use axum::Json;
use axum::extract::Path;
use serde::Deserialize;
use serde_json::{Value, json};

use super::json as parse;
use super::{allows_person, library};
use crate::caller::Caller;
use crate::crowd::At;
use crate::refusal::Refusal;
use crate::scopes::Scope;

#[derive(Deserialize)]
struct CheckRequest {
    subject: Subject,
    operation: Operation,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(rename = "type")]
    kind: SubjectKind,
    identifier: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum SubjectKind {
    User,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Operation {
    Read,
    Update,
    Delete,
}

pub(super) async fn check(
    At(site): At,
    Path(id): Path<String>,
    caller: Caller,
    body: String,
) -> Result<Json<Value>, Refusal> {
    caller.require(Scope::Read)?;
    let CheckRequest {
        subject: Subject {
            kind: SubjectKind::User,
            identifier,
        },
        operation,
    } = parse(&body)?;
    let has_permission = site.read(|world| {
        let content = library::visible(world, &caller, &id)?;
        let space = world.space(|space| space.id == content.space_id);
        let person = world
            .people
            .iter()
            .find(|person| person.account_id == identifier);
        Ok(person.zip(space).is_some_and(|(person, space)| {
            let may_view = allows_person(&space.viewers, person);
            match operation {
                Operation::Read => may_view,
                Operation::Update | Operation::Delete => {
                    may_view && allows_person(&space.editors, person)
                }
            }
        }))
    })?;
    Ok(Json(json!({"hasPermission": has_permission, "errors": []})))
}
