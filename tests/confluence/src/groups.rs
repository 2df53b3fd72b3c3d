//! The groups of people on the site.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::people::{self, ADA, ALICE, AccountType, Person};
use crate::random;
use crate::site::{Site, World};

/// `confluence-users`: everyone who has access to Confluence.
pub const USERS: &str = "8a1f5c3e-2b6d-4f70-9c1a-0d5e7b3f4a21";
/// `confluence-admins`: everyone who administers Confluence.
pub const ADMINS: &str = "c2d94b07-6e18-4a5d-8f3b-71a0e9c65d34";
/// `site-admins`: Ada at first.
pub const SITE_ADMINS: &str = "4e7b0a92-d35c-4c18-b6e4-9f28d1a07c56";
/// `Editorial team`, a group of the customer's own: Alice at first.
pub const EDITORS: &str = "f05d6c81-19a4-4e3b-a7d2-83c4b6e1f978";

/// A group.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    pub id: String,
    pub name: String,
    pub members: Members,
}

/// Who is in a group.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Members {
    /// Everyone whose `canUseConfluence` says so.
    EveryoneWithAccess,
    /// Everyone whose `admin` says so.
    EveryAdmin,
    /// These account ids.
    Accounts(Vec<String>),
}

/// Why a group or its members couldn't be changed.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum GroupError {
    #[error("no group has the id or name {0:?}; /control/groups lists them all")]
    Unknown(String),
    #[error("nobody here has the handle or account id {0:?}; /control/people lists everyone")]
    UnknownPerson(String),
    #[error("there is a group with the id or name {0:?}; choose another")]
    Taken(String),
    #[error("a group needs an id and a name")]
    Nameless,
    #[error("who is in {0:?} follows from the people; change their canUseConfluence or admin")]
    Follows(String),
    #[error("the system gave no randomness to make an id with")]
    Randomness,
}

/// The groups of a running simulator. A group is named by its id or its name, a person by handle or account id.
#[derive(Clone, Debug)]
pub struct Groups {
    site: Arc<Site>,
}

impl Groups {
    pub(crate) fn new(site: Arc<Site>) -> Self {
        Self { site }
    }

    #[must_use]
    pub fn all(&self) -> Vec<Group> {
        self.site.read(|world| world.groups.clone())
    }

    /// Adds a group without members, under a new id if none is given.
    ///
    /// # Errors
    /// The name is empty, or the name or id is taken.
    pub fn add(&self, name: &str, id: Option<String>) -> Result<Group, GroupError> {
        let id = match id {
            Some(id) => id,
            None => random::uuid().map_err(|_| GroupError::Randomness)?,
        };
        if name.is_empty() || id.is_empty() {
            return Err(GroupError::Nameless);
        }
        self.site.write(|world| {
            for wanted in [name, &id] {
                if world.group(wanted).is_some() {
                    return Err(GroupError::Taken(wanted.to_owned()));
                }
            }
            let group = Group::of(&id, name, Members::Accounts(Vec::new()));
            world.groups.push(group.clone());
            Ok(group)
        })
    }

    /// Removes a group.
    ///
    /// # Errors
    /// There is no such group.
    pub fn remove(&self, group: &str) -> Result<(), GroupError> {
        self.site.write(|world| {
            let before = world.groups.len();
            world.groups.retain(|each| !each.is_called(group));
            if world.groups.len() == before {
                return Err(GroupError::Unknown(group.to_owned()));
            }
            Ok(())
        })
    }

    /// Makes somebody a member, if they aren't yet.
    ///
    /// # Errors
    /// There is no such group or person, or membership of the group follows from the people.
    pub fn add_member(&self, group: &str, who: &str) -> Result<(), GroupError> {
        self.change_members(group, who, |members, account_id| {
            if !members.contains(&account_id) {
                members.push(account_id);
            }
        })
    }

    /// Takes somebody out of a group, if they are in it.
    ///
    /// # Errors
    /// There is no such group or person, or membership of the group follows from the people.
    pub fn remove_member(&self, group: &str, who: &str) -> Result<(), GroupError> {
        self.change_members(group, who, |members, account_id| {
            members.retain(|member| *member != account_id);
        })
    }

    fn change_members(
        &self,
        group: &str,
        who: &str,
        change: impl FnOnce(&mut Vec<String>, String),
    ) -> Result<(), GroupError> {
        self.site.write(|world| {
            let account_id = people::find(&world.people, who)
                .map(|person| person.account_id.clone())
                .ok_or_else(|| GroupError::UnknownPerson(who.to_owned()))?;
            let found = world.groups.iter_mut().find(|each| each.is_called(group));
            let found = found.ok_or_else(|| GroupError::Unknown(group.to_owned()))?;
            match &mut found.members {
                Members::Accounts(members) => change(members, account_id),
                Members::EveryoneWithAccess | Members::EveryAdmin => {
                    return Err(GroupError::Follows(found.name.clone()));
                }
            }
            Ok(())
        })
    }
}

impl Group {
    fn of(id: &str, name: &str, members: Members) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            members,
        }
    }

    /// Whether this is the group's id or name.
    fn is_called(&self, wanted: &str) -> bool {
        self.id == wanted || self.name == wanted
    }

    /// Deactivated accounts stay in their groups.
    pub(crate) fn has(&self, person: &Person) -> bool {
        let has_access = person.can_use_confluence && person.account_type != AccountType::Customer;
        match &self.members {
            Members::EveryoneWithAccess => has_access,
            Members::EveryAdmin => has_access && person.admin,
            Members::Accounts(members) => members.contains(&person.account_id),
        }
    }
}

impl World {
    fn group(&self, wanted: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.is_called(wanted))
    }
}

/// The groups of a new site. On one of the crowd Alice and Ada are nobody.
pub(crate) fn cast() -> Vec<Group> {
    let only = |account_id: &str| Members::Accounts(vec![account_id.to_owned()]);
    vec![
        Group::of(USERS, "confluence-users", Members::EveryoneWithAccess),
        Group::of(ADMINS, "confluence-admins", Members::EveryAdmin),
        Group::of(SITE_ADMINS, "site-admins", only(ADA)),
        Group::of(EDITORS, "Editorial team", only(ALICE)),
    ]
}
