//! What both versions of the REST API do with pages and comments.

use crate::caller::Caller;
use crate::refusal::Refusal;
use crate::scopes::Scope;
use crate::site::{Site, World};
use crate::spaces::{Content, ContentKind, Space, Version};

/// A page or comment that is to be made.
pub(super) struct Draft {
    pub(super) kind: ContentKind,
    pub(super) space_id: String,
    pub(super) parent_id: Option<String>,
    pub(super) title: String,
    pub(super) body: String,
}

/// Which version of the API is called. They tell differently of what may be seen and not changed: version 1 that it is
/// forbidden, version 2 that it isn't there.
#[derive(Clone, Copy)]
pub(super) enum Edition {
    Version1,
    Version2,
}

/// A new version of a page.
pub(super) struct Revision {
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) version: u32,
    pub(super) message: String,
}

pub(super) fn create(
    site: &Site,
    caller: &Caller,
    edition: Edition,
    draft: Draft,
) -> Result<Content, Refusal> {
    caller.require(Scope::Write)?;
    let author_id = caller.account_id().unwrap_or_default().to_owned();
    let created_at = site.clock.now();
    site.write(|world| {
        let space = editable(world, caller, edition, &draft.space_id)?;
        if draft.kind == ContentKind::Page {
            check_title(world, &space, None, &draft.title)?;
        }
        if let Some(parent_id) = &draft.parent_id {
            let parent = world
                .contents
                .iter()
                .find(|content| content.id == *parent_id);
            if !parent.is_some_and(|parent| {
                parent.space_id == space.id && parent.kind == ContentKind::Page
            }) {
                return Err(Refusal::not_found(format!(
                    "no page {parent_id} in this space"
                )));
            }
        }
        let version = Version {
            number: 1,
            author_id: author_id.clone(),
            created_at,
            message: String::new(),
        };
        let Draft {
            kind,
            space_id,
            parent_id,
            title,
            body,
        } = draft;
        let id = world.next_id();
        let content = Content {
            id,
            kind,
            space_id,
            parent_id,
            title,
            body,
            author_id,
            created_at,
            version,
        };
        world.contents.push(content.clone());
        Ok(content)
    })
}

pub(super) fn update(
    site: &Site,
    caller: &Caller,
    edition: Edition,
    id: &str,
    revision: Revision,
) -> Result<Content, Refusal> {
    caller.require(Scope::Write)?;
    let author_id = caller.account_id().unwrap_or_default().to_owned();
    let created_at = site.clock.now();
    site.write(|world| {
        let content = visible(world, caller, id)?;
        let space = editable(world, caller, edition, &content.space_id)?;
        let expected = content.version.number + 1;
        let Revision {
            title,
            body,
            version: number,
            message,
        } = revision;
        if number != expected {
            let reason = format!(
                "Version must be incremented on update. Current version is: {}",
                content.version.number
            );
            return Err(Refusal::conflict(reason));
        }
        check_title(world, &space, Some(id), &title)?;
        let version = Version {
            number,
            author_id,
            created_at,
            message,
        };
        let updated = Content {
            title,
            body: body.unwrap_or(content.body),
            version,
            ..content
        };
        world.contents.retain(|content| content.id != id);
        world.contents.push(updated.clone());
        Ok(updated)
    })
}

pub(super) fn delete(
    site: &Site,
    caller: &Caller,
    edition: Edition,
    id: &str,
) -> Result<(), Refusal> {
    caller.require(Scope::Delete)?;
    site.write(|world| {
        let content = visible(world, caller, id)?;
        editable(world, caller, edition, &content.space_id)?;
        world.contents.retain(|other| other.id != id);
        // Pages below move up to where the deleted one was; its comments go with it.
        world.contents.retain(|other| {
            other.kind == ContentKind::Page || other.parent_id.as_deref() != Some(id)
        });
        for below in world
            .contents
            .iter_mut()
            .filter(|other| other.parent_id.as_deref() == Some(id))
        {
            below.parent_id.clone_from(&content.parent_id);
        }
        Ok(())
    })
}

/// A content that the caller may see. One that they may not see doesn't exist for them.
pub(super) fn visible(world: &World, caller: &Caller, id: &str) -> Result<Content, Refusal> {
    let found = world.contents.iter().find(|content| content.id == id);
    let seen = found.filter(|content| {
        world
            .space(|space| space.id == content.space_id)
            .is_some_and(|space| world.may_view(caller, space))
    });
    seen.cloned()
        .ok_or_else(|| Refusal::not_found(format!("No content found with id: {id}")))
}

/// A space that the caller may change.
fn editable(
    world: &World,
    caller: &Caller,
    edition: Edition,
    space_id: &str,
) -> Result<Space, Refusal> {
    let space = world
        .space(|space| space.id == space_id && world.may_view(caller, space))
        .cloned();
    let space = space.ok_or_else(|| Refusal::not_found(format!("No space with id: {space_id}")))?;
    if world.may_edit(caller, &space) {
        return Ok(space);
    }
    let reason = format!("no permission to edit in the space {}", space.key);
    Err(match edition {
        Edition::Version1 => Refusal::forbidden(reason),
        Edition::Version2 => Refusal::not_found(reason),
    })
}

/// Titles are unique in a space, whatever their case.
fn check_title(
    world: &World,
    space: &Space,
    except: Option<&str>,
    title: &str,
) -> Result<(), Refusal> {
    if title.trim().is_empty() || title.chars().count() > 255 {
        return Err(Refusal::bad_request("Title must be 1 to 255 characters"));
    }
    let same = |content: &&Content| {
        content.kind == ContentKind::Page
            && content.space_id == space.id
            && Some(content.id.as_str()) != except
            && content.title.to_lowercase() == title.to_lowercase()
    };
    match world.contents.iter().find(same) {
        Some(_) => Err(Refusal::bad_request(
            "A page with this title already exists: A page already exists with the same TITLE in this space",
        )),
        None => Ok(()),
    }
}
