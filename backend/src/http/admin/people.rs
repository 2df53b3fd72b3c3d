//! People as admins see them: named by Confluence, at this moment.

use std::collections::HashMap;

use onbehalf_contract::{Ask as AskJson, Somebody};

use crate::capabilities::platform::NamedPerson;
use crate::domain::ask::Ask;
use crate::domain::ids::AccountId;

/// The names that Confluence gave.
pub(super) type Names = HashMap<AccountId, NamedPerson>;

/// Somebody, with a name if there is one.
pub(in crate::http) fn somebody(account: &AccountId, names: &Names) -> Somebody {
    let named = names.get(account);
    Somebody {
        account_id: account.to_string(),
        name: named.map(|person| person.name.clone()),
        avatar: named.and_then(|person| person.avatar.clone()),
    }
}

pub(super) fn named(person: NamedPerson) -> Somebody {
    Somebody {
        account_id: person.account.to_string(),
        name: Some(person.name),
        avatar: person.avatar,
    }
}

pub(in crate::http) fn ask_as_json(ask: Ask, names: &Names) -> AskJson {
    AskJson {
        by: somebody(&ask.by, names),
        at: ask.at.to_string(),
        note: ask.note,
        declined_at: ask.declined_at.map(|at| at.to_string()),
    }
}
