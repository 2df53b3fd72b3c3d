//! How what an admin sends is written.

use onbehalf_contract::{
    AdminPolicy, AdminRevoke, AskWish, ConsentState, Group, PauseWish, RevokeMany, Which,
};

use crate::json::{
    ACCESSES, ToJson, name,
    write::{Object, quoted},
};

/// What the states of a consent are called.
pub(in crate::admin) const STATES: [(&str, ConsentState); 4] = [
    ("active", ConsentState::Active),
    ("expired", ConsentState::Expired),
    ("revoked", ConsentState::Revoked),
    ("invalidated", ConsentState::Invalidated),
];

impl ToJson for AdminRevoke {
    fn to_json(&self) -> String {
        Object::new().text("reason", &self.reason).end()
    }
}

impl ToJson for RevokeMany {
    fn to_json(&self) -> String {
        Object::new()
            .text("reason", &self.reason)
            .json("which", &self.which.to_json())
            .optional("cursor", self.cursor.as_deref().map(quoted))
            .end()
    }
}

impl ToJson for Which {
    fn to_json(&self) -> String {
        let of = |kind| Object::new().text("kind", kind);
        let which = match self {
            Self::Accounts { accounts } => {
                let accounts = list(accounts.iter().map(|account| quoted(account)));
                of("accounts").json("accounts", &accounts)
            }
            Self::Matching {
                search,
                state,
                access,
            } => of("matching")
                .optional("search", search.as_deref().map(quoted))
                .optional("state", state.map(|it| quoted(name(&it, &STATES))))
                .optional("access", access.map(|it| quoted(name(&it, &ACCESSES)))),
        };
        which.end()
    }
}

impl ToJson for AskWish {
    fn to_json(&self) -> String {
        let accounts = list(self.accounts.iter().map(|account| quoted(account)));
        Object::new()
            .json("accounts", &accounts)
            .optional("note", self.note.as_deref().map(quoted))
            .end()
    }
}

impl ToJson for PauseWish {
    fn to_json(&self) -> String {
        Object::new().text("reason", &self.reason).end()
    }
}

impl ToJson for Group {
    fn to_json(&self) -> String {
        Object::new()
            .text("id", &self.id)
            .text("name", &self.name)
            .end()
    }
}

impl ToJson for AdminPolicy {
    fn to_json(&self) -> String {
        let access = list(self.access.iter().map(|it| quoted(name(it, &ACCESSES))));
        let groups = list(self.groups.iter().map(ToJson::to_json));
        Object::new()
            .json("version", &self.version.to_string())
            .json("longestDays", &self.longest_days.to_string())
            .json("access", &access)
            .json("groups", &groups)
            .json("ownSchedules", truth(self.own_schedules))
            .json("restRequests", truth(self.rest_requests))
            .json("activityDays", &self.activity_days.to_string())
            .end()
    }
}

fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    ["[", &items.join(","), "]"].concat()
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use onbehalf_contract::Access;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::admin::json::sample;

    /// What is written is read by serde as it was.
    fn arrives<T: ToJson + DeserializeOwned + PartialEq + Debug>(value: &T) {
        let written = value.to_json();
        let read: T = serde_json::from_str(&written).expect(&written);
        assert_eq!(&read, value, "{written}");
    }

    #[test]
    fn what_an_admin_wants_arrives() {
        let reason = "The “project” is \"over\"".to_owned();
        arrives(&AdminRevoke {
            reason: reason.clone(),
        });
        arrives(&PauseWish {
            reason: reason.clone(),
        });
        for (accounts, note) in [
            (vec![], None),
            (vec!["a1".to_owned(), "a2".to_owned()], Some(reason.clone())),
        ] {
            arrives(&AskWish { accounts, note });
        }
        arrives(&sample::policy());
    }

    #[test]
    fn whom_to_take_consents_back_of_arrives() {
        let of = |which| RevokeMany {
            reason: "Over".to_owned(),
            which,
            cursor: Some("cursor".to_owned()),
        };
        arrives(&of(Which::Accounts {
            accounts: vec!["a1".to_owned(), "a2".to_owned()],
        }));
        arrives(&of(Which::Matching {
            search: None,
            state: None,
            access: None,
        }));
        for (_, state) in STATES {
            for access in [Access::Read, Access::ReadWrite] {
                arrives(&of(Which::Matching {
                    search: Some("Ali".to_owned()),
                    state: Some(state),
                    access: Some(access),
                }));
            }
        }
    }
}
