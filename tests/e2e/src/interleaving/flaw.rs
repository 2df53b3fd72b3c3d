//! Deliberately wrong variants of the app and its database. They are there to show that the checks can fail: each of them
//! must be found.

use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    // In the database: a part of a transaction is not what the app asked for.
    /// An act begins without a look at the consent.
    ConsentUnchecked,
    /// An act that writes begins with a consent to read.
    ReadCoversWriting,
    /// A run is claimed, and its act recorded, as often as it is asked for.
    ClaimedAgain,
    /// A run that was tried before is claimed whatever was written about it since it was read.
    RunIgnored,
    /// A run is claimed, and its act is not recorded.
    ActLost,
    /// How an act ended is not recorded.
    EndLost,
    /// A revocation is answered and not written.
    RevocationLost,
    /// A consent changes without its event.
    EventLost,
    /// A consent is written whatever was written since it was read.
    VersionIgnored,

    // In the app.
    /// A call whose answer was lost is made again.
    CallRepeated,
    /// A call whose answer was lost is taken for one that was refused.
    UnclearTakenForFailed,
    /// A call whose answer was lost is taken for one that never left.
    UnclearTakenForUnsent,
    /// A run that waits is tried when its message comes, whenever that is.
    WaitsIgnored,
    /// The app takes a user's token when it acts as itself.
    AppTakesToken,
    /// The tenant is kept in memory once it was read.
    TenantRemembered,
    /// A removal is answered at once.
    RemovalAnsweredAtOnce,
    /// A process has the time at which it began.
    ClockStopped,
}

/// What a flaw left of a transaction.
pub(super) struct Spoiled {
    /// The places of items that are not in it any more.
    left_out: Vec<usize>,
}

impl Flaw {
    /// Those that random interleavings find. For [`Flaw::RunIgnored`] two processes must meet within a moment of a run that
    /// waits: one interleaving is played for that.
    pub const ALL: [Self; 16] = [
        Self::ConsentUnchecked,
        Self::ReadCoversWriting,
        Self::ClaimedAgain,
        Self::ActLost,
        Self::EndLost,
        Self::RevocationLost,
        Self::EventLost,
        Self::VersionIgnored,
        Self::CallRepeated,
        Self::UnclearTakenForFailed,
        Self::UnclearTakenForUnsent,
        Self::WaitsIgnored,
        Self::AppTakesToken,
        Self::TenantRemembered,
        Self::RemovalAnsweredAtOnce,
        Self::ClockStopped,
    ];

    /// What the database makes of a transaction. `None`: it says that it has done it, and hasn't.
    pub(super) fn spoil(self, transaction: &mut Value) -> Option<Spoiled> {
        let items = transaction["TransactItems"]
            .as_array_mut()
            .expect("a transaction has items");
        let mut left_out = Vec::new();
        match self {
            Self::ConsentUnchecked => {
                leave_out(items, &mut left_out, |item| {
                    item.get("ConditionCheck").is_some()
                });
            }
            Self::ReadCoversWriting => {
                for item in items
                    .iter_mut()
                    .filter_map(|item| item.get_mut("ConditionCheck"))
                {
                    let condition = item["ConditionExpression"].as_str().unwrap_or_default();
                    let wider = condition.replace(":access0", ":access0, :read");
                    item["ConditionExpression"] = wider.into();
                    item["ExpressionAttributeValues"][":read"] = json!({"S": "read"});
                }
            }
            Self::ClaimedAgain => {
                for item in items.iter_mut() {
                    if puts(item, "run#") || puts(item, "act#") {
                        unconditional(item);
                    }
                }
            }
            Self::RunIgnored => {
                for item in items.iter_mut() {
                    let condition = item["Put"]["ConditionExpression"].as_str();
                    if condition.is_some_and(|it| it.contains("tries = :tries")) {
                        unconditional(item);
                    }
                }
            }
            Self::ActLost => leave_out(items, &mut left_out, |item| puts(item, "act#")),
            Self::EndLost => {
                if items.iter().any(|item| updates(item, "act#")) {
                    return None;
                }
            }
            Self::RevocationLost => {
                if items
                    .iter()
                    .any(|item| puts(item, "consent") && ends_by(item, "revoked"))
                {
                    return None;
                }
            }
            Self::EventLost => leave_out(items, &mut left_out, |item| puts(item, "event#")),
            Self::VersionIgnored => {
                if items.iter().any(|item| puts(item, "consent")) {
                    items.iter_mut().for_each(unconditional);
                }
            }
            Self::CallRepeated
            | Self::UnclearTakenForFailed
            | Self::UnclearTakenForUnsent
            | Self::WaitsIgnored
            | Self::AppTakesToken
            | Self::TenantRemembered
            | Self::RemovalAnsweredAtOnce
            | Self::ClockStopped => {}
        }
        Some(Spoiled { left_out })
    }
}

impl Spoiled {
    /// An answer in which every item that the app sent has a reason.
    pub(super) fn hidden_in(&self, answer: String) -> String {
        let Ok(mut answer) = serde_json::from_str::<Value>(&answer) else {
            return answer;
        };
        if let Some(reasons) = answer["CancellationReasons"].as_array_mut() {
            for place in &self.left_out {
                reasons.insert(*place, json!({"Code": "None"}));
            }
        }
        answer.to_string()
    }
}

fn leave_out(items: &mut Vec<Value>, left_out: &mut Vec<usize>, which: impl Fn(&Value) -> bool) {
    let mut place = 0;
    items.retain(|item| {
        let out = which(item);
        if out {
            left_out.push(place);
        }
        place += 1;
        !out
    });
}

fn puts(item: &Value, sk: &str) -> bool {
    begins(&item["Put"]["Item"]["sk"], sk)
}

fn updates(item: &Value, sk: &str) -> bool {
    begins(&item["Update"]["Key"]["sk"], sk)
}

fn ends_by(item: &Value, state: &str) -> bool {
    item["Put"]["Item"]["state"]["S"] == state
}

fn begins(key: &Value, with: &str) -> bool {
    key["S"].as_str().is_some_and(|key| key.starts_with(with))
}

fn unconditional(item: &mut Value) {
    if let Some(put) = item.get_mut("Put").and_then(Value::as_object_mut) {
        put.remove("ConditionExpression");
        put.remove("ExpressionAttributeValues");
        put.remove("ExpressionAttributeNames");
    }
}
