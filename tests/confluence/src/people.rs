//! The people who are known to the site.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::site::Site;
use crate::spaces::{Content, Space};
use crate::webhooks::{self, UserEvent};

/// Alice Example, an ordinary user: who a browser is signed in as at first.
pub const ALICE: &str = "5be24ad8b1653240376955d2";
/// Ada Admin, an administrator of Confluence.
pub const ADA: &str = "557058:0f3c9b1a-7c55-4b0e-9d0c-1d1e8a6e2b44";
/// Dora Example, whose account is deactivated.
pub const DORA: &str = "712020:6a1f4c0d-52f8-4f5e-8a37-3f0b8f6a9c21";
/// Carl Customer, who only has an account of the help portal.
pub const CARL: &str =
    "qm:5d0e7a2f-1b44-4c8e-9a6b-0f2d3c4b5a69:8c1f2e3d-4b5a-4697-8d7c-6b5a49382716";
/// Cleo, who closed her account: Atlassian has erased all but the id.
pub const CLEO: &str = "5be24ba3f91c106033269289";

/// An account.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// A short name for tests, the control API and the person switch. Confluence doesn't know it.
    pub handle: String,
    pub account_id: String,
    pub display_name: String,
    pub email: String,
    #[serde(default)]
    pub account_type: AccountType,
    #[serde(default)]
    pub state: AccountState,
    /// Administers Confluence.
    #[serde(default)]
    pub admin: bool,
    /// Has access to Confluence; without it the account is "unlicensed" here.
    #[serde(default = "yes")]
    pub can_use_confluence: bool,
    #[serde(default = "utc")]
    pub time_zone: String,
    /// The language and region that they chose in Confluence, as `AP.user.getLocale` says it: `de_DE`.
    #[serde(default = "us_english")]
    pub locale: String,
}

/// What Confluence calls `accountType`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AccountType {
    /// A person.
    #[default]
    Atlassian,
    /// An app's own user, or a service account.
    App,
    /// Someone who only uses a help portal.
    Customer,
}

/// What Confluence calls `accountStatus`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AccountState {
    #[default]
    Active,
    /// Deactivated by an administrator; can come back.
    Inactive,
    /// Deleted: personal data must be erased.
    Closed,
}

/// What to change about a person; absent fields stay.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PersonChange {
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub account_type: Option<AccountType>,
    pub state: Option<AccountState>,
    pub admin: Option<bool>,
    pub can_use_confluence: Option<bool>,
    pub time_zone: Option<String>,
    pub locale: Option<String>,
}

/// Why a person couldn't be added or changed.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum PeopleError {
    #[error("nobody here has the handle or account id {0:?}; /control/people lists everyone")]
    Unknown(String),
    #[error("the handle or account id {0:?} is taken; choose another")]
    Taken(String),
    #[error("{0:?} isn't an account id: 1 to 128 letters, digits, '-' and ':'")]
    AccountId(String),
}

/// The people of a running simulator. A person is named by handle (`"alice"`) or by account id.
#[derive(Clone, Debug)]
pub struct People {
    site: Arc<Site>,
}

impl People {
    pub(crate) fn new(site: Arc<Site>) -> Self {
        Self { site }
    }

    #[must_use]
    pub fn all(&self) -> Vec<Person> {
        self.site.read(|world| world.people.clone())
    }

    #[must_use]
    pub fn get(&self, who: &str) -> Option<Person> {
        self.site.read(|world| find(&world.people, who).cloned())
    }

    /// Adds a person, and tells the apps that subscribed to `user_created`.
    ///
    /// # Errors
    /// The handle or the account id is taken, or the account id isn't one.
    pub fn add(&self, person: Person) -> Result<(), PeopleError> {
        if !is_account_id(&person.account_id) {
            return Err(PeopleError::AccountId(person.account_id));
        }
        self.site.write(|world| {
            for name in [&person.handle, &person.account_id] {
                if find(&world.people, name).is_some() {
                    return Err(PeopleError::Taken(name.clone()));
                }
            }
            world.people.push(person.clone());
            Ok(())
        })?;
        webhooks::user_changed(&self.site, UserEvent::Created, &person);
        Ok(())
    }

    /// Gives a person a space of their own, unless they have one.
    ///
    /// # Errors
    /// Nobody is called `who`.
    pub fn add_personal_space(&self, who: &str) -> Result<Space, PeopleError> {
        let now = self.site.clock.now();
        self.site.write(|world| {
            let unknown = || PeopleError::Unknown(who.to_owned());
            let person = find(&world.people, who).cloned().ok_or_else(unknown)?;
            let owner = &person.account_id;
            if let Some(space) = world.space(|space| space.owner.as_ref() == Some(owner)) {
                return Ok(space.clone());
            }
            let (id, homepage_id) = (world.next_id(), world.next_id());
            let space = Space::personal(&id, owner, &person.display_name, &homepage_id);
            let body = "<p>Welcome to my space.</p>";
            let home = Content::page(
                &homepage_id,
                &id,
                None,
                &person.display_name,
                owner,
                now,
                body,
            );
            world.spaces.push(space.clone());
            world.contents.push(home);
            Ok(space)
        })
    }

    /// Changes a person. A change of state is announced to the apps that subscribed to the webhook for it; that
    /// happens in the background, as Confluence does it. A change of name or e-mail address is a change of personal
    /// data, see [`People::mark_updated`].
    ///
    /// # Errors
    /// Nobody is called `who`.
    pub fn change(&self, who: &str, change: &PersonChange) -> Result<Person, PeopleError> {
        let now = self.site.clock.now();
        let (before, after) = self.site.write(|world| {
            let unknown = || PeopleError::Unknown(who.to_owned());
            let person = find_mut(&mut world.people, who).ok_or_else(unknown)?;
            let before = person.clone();
            change.apply(person);
            let after = person.clone();
            if after.personal_data() != before.personal_data() {
                world.mark_updated(&after.account_id, now);
            }
            Ok((before, after))
        })?;
        if let Some(event) = UserEvent::of(before.state, after.state) {
            webhooks::user_changed(&self.site, event, &after);
        }
        Ok(after)
    }

    /// Says that a person's data has changed now: whoever reports the account with data of now or before is told
    /// `updated`.
    ///
    /// # Errors
    /// Nobody is called `who`.
    pub fn mark_updated(&self, who: &str) -> Result<(), PeopleError> {
        let now = self.site.clock.now();
        self.site.write(|world| {
            let unknown = || PeopleError::Unknown(who.to_owned());
            let account_id = find(&world.people, who)
                .ok_or_else(unknown)?
                .account_id
                .clone();
            world.mark_updated(&account_id, now);
            Ok(())
        })
    }

    /// Removes a person from the site, which knows nothing of the account afterwards. `user_removed` goes to the
    /// apps that subscribed to it, unless closing the account has sent it before.
    ///
    /// # Errors
    /// Nobody is called `who`.
    pub fn remove(&self, who: &str) -> Result<Person, PeopleError> {
        let person = self.site.write(|world| {
            let unknown = || PeopleError::Unknown(who.to_owned());
            let account_id = &find(&world.people, who).ok_or_else(unknown)?.account_id;
            let place = world
                .people
                .iter()
                .position(|person| person.account_id == *account_id);
            place
                .map(|place| world.people.remove(place))
                .ok_or_else(unknown)
        })?;
        if person.state != AccountState::Closed {
            webhooks::user_changed(&self.site, UserEvent::Removed, &person);
        }
        Ok(person)
    }

    /// Changes only the state of an account.
    ///
    /// # Errors
    /// Nobody is called `who`.
    pub fn set_state(&self, who: &str, state: AccountState) -> Result<Person, PeopleError> {
        self.change(
            who,
            &PersonChange {
                state: Some(state),
                ..PersonChange::default()
            },
        )
    }
}

impl Person {
    /// A person with access to Confluence and nothing special about them.
    #[must_use]
    pub fn ordinary(handle: &str, account_id: &str, display_name: &str) -> Self {
        Self {
            handle: handle.to_owned(),
            account_id: account_id.to_owned(),
            display_name: display_name.to_owned(),
            email: format!("{handle}@example.com"),
            account_type: AccountType::Atlassian,
            state: AccountState::Active,
            admin: false,
            can_use_confluence: true,
            time_zone: utc(),
            locale: us_english(),
        }
    }

    /// May sign in and use Confluence now.
    #[must_use]
    pub fn may_use_confluence(&self) -> bool {
        self.state == AccountState::Active
            && self.can_use_confluence
            && self.account_type != AccountType::Customer
    }

    /// Administers Confluence now.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.admin && self.may_use_confluence()
    }

    /// The name as Confluence shows it, with the suffix that it gives to accounts without access.
    #[must_use]
    pub fn shown_name(&self) -> String {
        match self.state {
            AccountState::Closed => "Former user".to_owned(),
            AccountState::Inactive => format!("{} (Deactivated)", self.display_name),
            AccountState::Active if !self.may_use_confluence() => {
                format!("{} (Unlicensed)", self.display_name)
            }
            AccountState::Active => self.display_name.clone(),
        }
    }

    fn personal_data(&self) -> (&str, &str) {
        (&self.display_name, &self.email)
    }

    /// Up to two letters for a round picture.
    pub(crate) fn initials(&self) -> String {
        self.display_name
            .split_whitespace()
            .filter_map(|word| word.chars().next())
            .take(2)
            .collect()
    }
}

impl AccountType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Atlassian => "atlassian",
            Self::App => "app",
            Self::Customer => "customer",
        }
    }
}

impl AccountState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Closed => "closed",
        }
    }
}

impl PersonChange {
    fn apply(&self, person: &mut Person) {
        fn set<T: Clone>(field: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                field.clone_from(value);
            }
        }
        set(&mut person.display_name, self.display_name.as_ref());
        set(&mut person.email, self.email.as_ref());
        set(&mut person.account_type, self.account_type.as_ref());
        set(&mut person.state, self.state.as_ref());
        set(&mut person.admin, self.admin.as_ref());
        set(
            &mut person.can_use_confluence,
            self.can_use_confluence.as_ref(),
        );
        set(&mut person.time_zone, self.time_zone.as_ref());
        set(&mut person.locale, self.locale.as_ref());
    }
}

/// Everyone on a new site.
pub(crate) fn cast() -> Vec<Person> {
    vec![
        Person {
            time_zone: "Europe/Berlin".to_owned(),
            ..Person::ordinary("alice", ALICE, "Alice Example")
        },
        Person {
            admin: true,
            ..Person::ordinary("ada", ADA, "Ada Admin")
        },
        Person {
            state: AccountState::Inactive,
            ..Person::ordinary("dora", DORA, "Dora Example")
        },
        Person {
            account_type: AccountType::Customer,
            can_use_confluence: false,
            ..Person::ordinary("carl", CARL, "Carl Customer")
        },
        Person {
            state: AccountState::Closed,
            ..Person::ordinary("cleo", CLEO, "Cleo Example")
        },
    ]
}

/// The person with this handle or account id.
pub(crate) fn find<'a>(people: &'a [Person], who: &str) -> Option<&'a Person> {
    people
        .iter()
        .find(|person| person.account_id == who || person.handle == who)
}

fn find_mut<'a>(people: &'a mut [Person], who: &str) -> Option<&'a mut Person> {
    people
        .iter_mut()
        .find(|person| person.account_id == who || person.handle == who)
}

pub(crate) fn is_account_id(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-:".contains(&byte))
}

fn yes() -> bool {
    true
}

fn utc() -> String {
    "UTC".to_owned()
}

fn us_english() -> String {
    "en_US".to_owned()
}
