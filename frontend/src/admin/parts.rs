//! The parts of a policy, in words.

use onbehalf_contract::AdminPolicy;

use super::draft::{Part, allows_writing, differences};
use crate::{
    intl,
    words::{self, admin as say},
};

/// What differs between two policies: `Longest time: 30 days → 7 days`.
pub(super) fn changes(from: &AdminPolicy, to: &AdminPolicy) -> Vec<String> {
    let parts = differences(from, to).into_iter();
    let change = |part| say::audit_change(&title(part), &value(from, part), &value(to, part));
    parts.map(change).collect()
}

fn title(part: Part) -> String {
    match part {
        Part::LongestDays => say::audit_was_longest(),
        Part::Access => say::policy_access(),
        Part::Groups => say::policy_groups(),
        Part::OwnSchedules => say::audit_was_own_schedules(),
        Part::RestRequests => say::audit_was_rest(),
        Part::ActivityDays => say::audit_was_activity_days(),
    }
}

fn value(policy: &AdminPolicy, part: Part) -> String {
    let allowed = |allowed| {
        if allowed {
            say::policy_yes()
        } else {
            say::policy_no()
        }
    };
    match part {
        Part::LongestDays => intl::duration(policy.longest_days, "day"),
        Part::Access if allows_writing(policy) => words::access_read_write(),
        Part::Access => say::policy_read_only(),
        Part::Groups if policy.groups.is_empty() => say::policy_all(),
        Part::Groups => intl::list(policy.groups.iter().map(|group| group.name.clone())),
        Part::OwnSchedules => allowed(policy.own_schedules),
        Part::RestRequests => allowed(policy.rest_requests),
        Part::ActivityDays => intl::duration(policy.activity_days, "day"),
    }
}
