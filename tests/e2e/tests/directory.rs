//! What the app asks of Confluence's directory: people and groups by their names, and who is in which group.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use confluence_simulator::{AccountState, Fault, Person, PersonChange, groups, people};
use onbehalf::capabilities::platform::{Directory, NamedGroup, NamedPerson, ProductError};
use onbehalf::capabilities::store::ReadTenants;
use onbehalf::domain::ids::{AccountId, TenantKey};
use onbehalf::domain::tenant::Tenant;
use onbehalf_tests::{Instance, World};
use serde_json::json;

/// A site, and a process of the app that has asked it nothing yet.
struct Asking {
    world: World,
    app: Instance,
    tenant: Tenant,
}

impl Asking {
    async fn start() -> Self {
        let world = World::start().await;
        let app = world.instance();
        let key = TenantKey::parse(world.installation().client_key).unwrap();
        let tenant = app.parts.store.tenant(&key).await.unwrap().unwrap();
        world.site.calls().clear();
        Self { world, app, tenant }
    }

    /// The names of people who are found, and no more than 25.
    async fn found(&self, name: &str) -> Vec<String> {
        let platform = &self.app.parts.platform;
        let found = platform.find_people(&self.tenant, name, 1).await.unwrap();
        found.into_iter().map(|person| person.name).collect()
    }

    async fn is_member(&self, account: &str, groups: &[&str]) -> Result<bool, ProductError> {
        let groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
        let platform = &self.app.parts.platform;
        platform
            .is_member(&self.tenant, &account_id(account), &groups)
            .await
    }

    /// The methods and paths of the calls so far, without their queries.
    fn calls(&self) -> Vec<String> {
        let calls = self.world.site.calls().all().into_iter();
        let paths = calls.map(|call| {
            let path = call.path.split('?').next().unwrap().to_owned();
            format!("{} {path}", call.method)
        });
        paths.collect()
    }

    fn add_people(&self, count: usize, name: &str) -> Vec<AccountId> {
        let ids = (0..count).map(|number| {
            let id = format!("crowd:{number}");
            let person = Person::ordinary(&id, &id, &format!("{name} {number}"));
            let person = Person {
                handle: format!("crowd-{number}"),
                ..person
            };
            self.world.site.people().add(person).unwrap();
            account_id(&id)
        });
        ids.collect()
    }
}

fn account_id(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

#[tokio::test]
async fn people_are_named_with_their_pictures() {
    let asking = Asking::start().await;
    let platform = &asking.app.parts.platform;
    let ids = [people::ALICE, people::ADA, people::CLEO, "nobody"].map(account_id);
    let asked = [&ids[..], &ids[..]].concat();
    let named = platform.people(&asking.tenant, &asked).await.unwrap();
    // Without the closed account, whose name is gone.
    assert_eq!(named.len(), 2);
    let origin = asking.world.site.site_origin();
    let ada = NamedPerson {
        account: account_id(people::ADA),
        name: "Ada Admin".to_owned(),
        avatar: Some(format!("{origin}/wiki/aa-avatar/{}", people::ADA)),
    };
    assert_eq!(named[&ada.account], ada);
    assert_eq!(named[&ids[0]].name, "Alice Example");
    assert_eq!(asking.calls(), ["POST /wiki/api/v2/users-bulk"]);

    assert!(
        platform
            .people(&asking.tenant, &[])
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(asking.calls().len(), 1);
}

#[tokio::test]
async fn many_people_are_named_in_portions() {
    let asking = Asking::start().await;
    let platform = &asking.app.parts.platform;
    let ids = asking.add_people(251, "Crowd");
    let named = platform.people(&asking.tenant, &ids).await.unwrap();
    assert_eq!(named.len(), 251);
    assert_eq!(asking.calls(), ["POST /wiki/api/v2/users-bulk"; 2]);
}

#[tokio::test]
async fn people_are_named_where_the_newer_api_is_refused() {
    for status in [403, 404, 410] {
        let asking = Asking::start().await;
        let platform = &asking.app.parts.platform;
        let refused = Fault::on("POST", "/wiki/api/v2/users-bulk").respond(status, json!({}));
        asking.world.site.faults().add(refused);
        let ids = asking.add_people(51, "Crowd");
        let named = platform.people(&asking.tenant, &ids).await.unwrap();
        assert_eq!(named.len(), 51);
        assert_eq!(named[&ids[50]].name, "Crowd 50");
        let older = "GET /wiki/rest/api/user/bulk";
        assert_eq!(
            asking.calls(),
            ["POST /wiki/api/v2/users-bulk", older, older]
        );
    }
}

#[tokio::test]
async fn active_people_are_found() {
    let asking = Asking::start().await;
    assert_eq!(asking.found("exam").await, ["Alice Example"]);
    assert_eq!(asking.found(" ALICE ex").await, ["Alice Example"]);
    // Neither the deactivated account nor the app's own user.
    assert_eq!(asking.found("").await, ["Alice Example", "Ada Admin"]);
    assert!(asking.found("Onbehalf").await.is_empty());

    let change = PersonChange {
        can_use_confluence: Some(false),
        ..PersonChange::default()
    };
    let people = asking.world.site.people();
    people.change("alice", &change).unwrap();
    people.set_state("ada", AccountState::Inactive).unwrap();
    assert!(asking.found("").await.is_empty());
}

#[tokio::test]
async fn whatever_is_typed_is_a_name() {
    let asking = Asking::start().await;
    let change = PersonChange {
        display_name: Some("Áine O'Brien-Smith".to_owned()),
        ..PersonChange::default()
    };
    asking.world.site.people().change("alice", &change).unwrap();
    for name in [
        "áin",
        "O'Brien-S",
        "o'bri*",
        "Áine \"o'b",
        r"Áine\",
        "~Áine?",
    ] {
        assert_eq!(asking.found(name).await, ["Áine O'Brien-Smith"], "{name}");
    }
    for name in ["x\" OR type=user", "*", "NOT x", "\"", "x AND y"] {
        assert!(asking.found(name).await.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn no_more_people_are_found_than_wanted() {
    let asking = Asking::start().await;
    asking.add_people(201, "Crowd");
    for (most, expected) in [(1, 25), (30, 30), (1000, 200)] {
        let found = asking
            .app
            .parts
            .platform
            .find_people(&asking.tenant, "crowd", most)
            .await;
        assert_eq!(found.unwrap().len(), expected);
    }
}

#[tokio::test]
async fn groups_are_found_and_read() {
    let asking = Asking::start().await;
    let platform = &asking.app.parts.platform;
    let editors = NamedGroup {
        id: groups::EDITORS.to_owned(),
        name: "Editorial team".to_owned(),
    };
    let find = async |name: &str| {
        let groups = platform.find_groups(&asking.tenant, name).await.unwrap();
        groups
            .into_iter()
            .map(|group| group.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(find(" TORIAL t").await, ["Editorial team"]);
    assert_eq!(find("admins").await, ["confluence-admins", "site-admins"]);
    assert_eq!(find("").await.len(), 4);
    assert!(find("\"&limit=0#").await.is_empty());
    for number in 0..30 {
        let name = format!("writers {number}");
        asking.world.site.groups().add(&name, None).unwrap();
    }
    assert_eq!(find("writers").await.len(), 25);
    assert_eq!(find("").await.len(), 25);

    let group = async |id: &str| platform.group(&asking.tenant, id).await.unwrap();
    assert_eq!(group(groups::EDITORS).await, Some(editors));
    assert_eq!(group("nothing&id=x").await, None);
    assert_eq!(group("").await, None);
    let not_an_id = Fault::on("GET", "/wiki/rest/api/group/by-id").respond(400, json!({}));
    asking.world.site.faults().add(not_an_id);
    assert_eq!(group("?").await, None);
}

#[tokio::test]
async fn members_are_told_from_others_and_remembered_for_a_minute() {
    let asking = Asking::start().await;
    let is = async |account, groups: &[&str]| asking.is_member(account, groups).await.unwrap();
    let (users, editors, admins) = (groups::USERS, groups::EDITORS, groups::ADMINS);
    assert!(is(people::ALICE, &[admins, editors]).await);
    assert!(is(people::ALICE, &[editors, admins]).await);
    assert_eq!(asking.calls(), ["GET /wiki/rest/api/user/memberof"]);
    assert!(!is(people::ADA, &[editors]).await);
    assert!(!is(people::ALICE, &[admins]).await);
    assert!(is(people::ALICE, &[users]).await);
    assert!(!is(people::CARL, &[users]).await);
    assert!(!is("nobody", &[users]).await);
    // A group's name is not its id.
    assert!(!is(people::ALICE, &["Editorial team"]).await);
    let calls = asking.calls().len();
    assert!(!is(people::ALICE, &[]).await);
    assert_eq!(asking.calls().len(), calls);

    let groups = asking.world.site.groups();
    groups.remove_member(editors, "alice").unwrap();
    groups.add_member(editors, "ada").unwrap();
    asking.world.clock.advance_seconds(59);
    assert!(is(people::ALICE, &[admins, editors]).await);
    assert!(!is(people::ADA, &[editors]).await);
    asking.world.clock.advance_seconds(1);
    assert!(!is(people::ALICE, &[admins, editors]).await);
    assert!(is(people::ADA, &[editors]).await);
}

#[tokio::test]
async fn somebody_can_be_in_more_groups_than_fit_on_a_page() {
    let asking = Asking::start().await;
    let groups = asking.world.site.groups();
    let mut last = String::new();
    for number in 0..450 {
        last = groups.add(&format!("z {number:03}"), None).unwrap().id;
        groups.add_member(&last, "alice").unwrap();
    }
    assert!(asking.is_member(people::ALICE, &[&last]).await.unwrap());
    assert_eq!(asking.calls().len(), 3);
    assert!(!asking.is_member(people::ALICE, &["other"]).await.unwrap());
    assert_eq!(asking.calls().len(), 6);
}

#[tokio::test]
async fn whoever_cannot_be_asked_about_is_no_member() {
    let asking = Asking::start().await;
    let memberof = "/wiki/rest/api/user/memberof";
    for status in [401, 403, 429, 500] {
        let fault = Fault::on("GET", memberof).respond(status, json!({})).once();
        asking.world.site.faults().add(fault);
        let answer = asking.is_member(people::ALICE, &[groups::EDITORS]).await;
        assert!(answer.is_err(), "{status}");
    }
    // Nothing of it is remembered.
    assert!(
        asking
            .is_member(people::ALICE, &[groups::EDITORS])
            .await
            .unwrap()
    );
}
