//! A policy that is being written in a form.

use onbehalf_contract::{Access, AdminPolicy, Group, PolicyEffects};

/// What the fields of the form are called.
pub(super) mod field {
    pub(in crate::admin) const LONGEST: &str = "longest";
    pub(in crate::admin) const WRITING: &str = "writing";
    pub(in crate::admin) const OWN_SCHEDULES: &str = "own-schedules";
    pub(in crate::admin) const REST: &str = "rest";
    pub(in crate::admin) const ACTIVITY_DAYS: &str = "activity-days";
}

/// In days: what may be chosen.
pub(super) const LONGEST_DAYS: (i64, i64) = (1, 90);
pub(super) const ACTIVITY_DAYS: (i64, i64) = (30, 365);

/// How the fields stand: `read` answers what a field with this name holds. Nothing if a number is none, or out of its
/// bounds.
pub(super) fn policy(
    version: u64,
    groups: Vec<Group>,
    read: impl Fn(&str) -> Option<String>,
) -> Option<AdminPolicy> {
    let number = |name, (least, most)| {
        let number: i64 = read(name)?.trim().parse().ok()?;
        (least..=most).contains(&number).then_some(number)
    };
    let ticked = |name| read(name).is_some_and(|value| value == "on");
    let mut access = vec![Access::Read];
    if read(field::WRITING)? == "readWrite" {
        access.push(Access::ReadWrite);
    }
    Some(AdminPolicy {
        version,
        longest_days: number(field::LONGEST, LONGEST_DAYS)?,
        access,
        groups,
        own_schedules: ticked(field::OWN_SCHEDULES),
        rest_requests: ticked(field::REST),
        activity_days: number(field::ACTIVITY_DAYS, ACTIVITY_DAYS)?,
    })
}

/// Whether a policy lets people allow writing.
pub(super) fn allows_writing(policy: &AdminPolicy) -> bool {
    policy.access.contains(&Access::ReadWrite)
}

/// Something about a policy that can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    LongestDays,
    Access,
    Groups,
    OwnSchedules,
    RestRequests,
    ActivityDays,
}

/// What differs between two policies, whatever their versions.
pub(super) fn differences(from: &AdminPolicy, to: &AdminPolicy) -> Vec<Part> {
    let ids = |policy: &AdminPolicy| -> Vec<String> {
        policy.groups.iter().map(|group| group.id.clone()).collect()
    };
    let all = [
        (Part::LongestDays, from.longest_days != to.longest_days),
        (Part::Access, allows_writing(from) != allows_writing(to)),
        (Part::Groups, ids(from) != ids(to)),
        (Part::OwnSchedules, from.own_schedules != to.own_schedules),
        (Part::RestRequests, from.rest_requests != to.rest_requests),
        (Part::ActivityDays, from.activity_days != to.activity_days),
    ];
    let differing = all.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(part, _)| part).collect()
}

/// Whether a change does nothing to what is there.
pub(super) fn is_harmless(effects: &PolicyEffects) -> bool {
    *effects == PolicyEffects::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::json::sample;

    fn written(longest: &str, access: &str, activity: &str) -> Option<AdminPolicy> {
        let groups = sample::policy().groups;
        policy(7, groups, |name| {
            let value = match name {
                field::LONGEST => longest,
                field::WRITING => access,
                field::OWN_SCHEDULES => "on",
                field::REST => "",
                field::ACTIVITY_DAYS => activity,
                _ => return None,
            };
            Some(value.to_owned())
        })
    }

    #[test]
    fn the_fields_make_a_policy() {
        assert_eq!(written("30", "readWrite", "90"), Some(sample::policy()));
        let read_only = written("30", "read", "90").unwrap();
        assert_eq!(read_only.access, [Access::Read]);
    }

    #[test]
    fn what_is_out_of_bounds_makes_none() {
        for (longest, activity) in [
            ("0", "90"),
            ("91", "90"),
            ("", "90"),
            ("30", "29"),
            ("30", "366"),
        ] {
            assert_eq!(
                written(longest, "read", activity),
                None,
                "{longest} {activity}"
            );
        }
    }

    #[test]
    fn differences_are_told_apart() {
        let from = sample::policy();
        let to = AdminPolicy {
            version: 8,
            longest_days: 7,
            access: vec![Access::Read],
            groups: vec![],
            own_schedules: false,
            ..from.clone()
        };
        assert_eq!(
            differences(&from, &to),
            [
                Part::LongestDays,
                Part::Access,
                Part::Groups,
                Part::OwnSchedules
            ]
        );
        assert_eq!(
            differences(
                &from,
                &AdminPolicy {
                    version: 9,
                    ..from.clone()
                }
            ),
            []
        );
    }
}
