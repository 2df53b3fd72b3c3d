//! People and groups by their names, and who is in which group.

use confluence_simulator::{AccountState, GroupError, PersonChange, groups, people};
use serde_json::{Value, json};

use crate::support::World;

const SEARCH: &str = "/rest/api/search/user";

/// The account ids of a search for people.
async fn found(world: &World, cql: &str) -> Vec<String> {
    let cql: String = url::form_urlencoded::byte_serialize(cql.as_bytes()).collect();
    let (status, body) = world.get_as_app(&format!("{SEARCH}?cql={cql}")).await;
    assert_eq!(status, 200, "{body}");
    let results = body["results"].as_array().unwrap().iter();
    results
        .map(|result| result["user"]["accountId"].as_str().unwrap().to_owned())
        .collect()
}

/// The names on a page of groups.
fn names(page: &Value) -> Vec<&str> {
    let groups = page["results"].as_array().unwrap().iter();
    groups
        .map(|group| group["name"].as_str().unwrap())
        .collect()
}

async fn groups_of(world: &World, account_id: &str) -> Vec<String> {
    let account_id = account_id.replace(':', "%3A");
    let path = format!("/rest/api/user/memberof?accountId={account_id}");
    let (status, body) = world.get_as_app(&path).await;
    assert_eq!(status, 200, "{body}");
    names(&body).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn people_are_found_by_how_their_names_begin() {
    let world = World::new().await;
    assert_eq!(found(&world, "user.fullname~ALI").await, [people::ALICE]);
    assert_eq!(
        found(&world, r#"user.fullname ~ "exam""#).await,
        [people::ALICE, people::DORA]
    );
    assert_eq!(
        found(&world, r#"user.fullname~"exam ali""#).await,
        [people::ALICE]
    );
    assert!(found(&world, "user.fullname~lice").await.is_empty());
    let ada = format!("user.accountid=\"{}\"", people::ADA);
    assert_eq!(found(&world, &ada).await, [people::ADA]);
    // Without customers and closed accounts.
    let everybody = found(&world, "type=user").await;
    let app = world.installation().app_account_id;
    assert_eq!(
        everybody,
        [people::ALICE, people::ADA, people::DORA, app.as_str()]
    );
}

#[tokio::test]
async fn a_found_person_is_shown_as_documented() {
    let world = World::new().await;
    let path = format!("{SEARCH}?cql=user.fullname~ada&expand=operations&limit=1");
    let (_, body) = world.get_as_app(&path).await;
    assert_eq!(
        (&body["start"], &body["limit"], &body["totalSize"]),
        (&json!(0), &json!(1), &json!(1))
    );
    let result = &body["results"][0];
    assert_eq!(
        (&result["entityType"], &result["title"]),
        (&json!("user"), &json!("Ada Admin"))
    );
    let user = &result["user"];
    assert_eq!(user["displayName"], "Ada Admin");
    let administer = json!({"operation": "administer", "targetType": "application"});
    assert!(user["operations"].as_array().unwrap().contains(&administer));

    let picture = user["profilePicture"]["path"].as_str().unwrap();
    let url = format!("{}{picture}", world.site.site_origin());
    let response = world.http.get(url).send().await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            &response.headers()["content-type"]
        ),
        (200, &"image/svg+xml".parse().unwrap())
    );
}

#[tokio::test]
async fn a_query_that_is_none_is_refused() {
    let world = World::new().await;
    for cql in [
        "",
        "user.fullname~%22ada",
        "user.fullname~%22ada*%22",
        "space%3DTEAM",
    ] {
        let (status, body) = world.get_as_app(&format!("{SEARCH}?cql={cql}")).await;
        assert_eq!(status, 400, "{cql}: {body}");
    }
    assert_eq!(world.get_as_app(SEARCH).await.0, 400);
}

#[tokio::test]
async fn groups_are_listed_picked_and_read() {
    let world = World::new().await;
    let (_, all) = world.get_as_app("/rest/api/group").await;
    assert_eq!(
        names(&all),
        [
            "Editorial team",
            "confluence-admins",
            "confluence-users",
            "site-admins"
        ]
    );
    let (_, picked) = world
        .get_as_app("/rest/api/group/picker?query=ADMIN&shouldReturnTotalSize=true")
        .await;
    assert_eq!(names(&picked), ["confluence-admins", "site-admins"]);
    assert_eq!(picked["totalSize"], 2);
    assert_eq!(world.get_as_app("/rest/api/group/picker").await.0, 400);

    let by_id = |id: &str| format!("/rest/api/group/by-id?id={id}");
    let (status, group) = world.get_as_app(&by_id(groups::EDITORS)).await;
    assert_eq!(status, 200, "{group}");
    assert_eq!(
        group,
        json!({"type": "group", "name": "Editorial team", "id": groups::EDITORS, "_links": {}})
    );
    assert_eq!(world.get_as_app(&by_id("nothing")).await.0, 404);
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let world = World::new().await;
    let (_, first) = world.get_as_app("/rest/api/group?limit=3").await;
    assert_eq!(first["size"], 3);
    let next = first["_links"]["next"].as_str().unwrap();
    assert_eq!(next, "/rest/api/group?start=3&limit=3");
    let (_, second) = world.get_as_app(next).await;
    assert_eq!(names(&second), ["site-admins"]);
    assert!(second["_links"].get("next").is_none());
}

#[tokio::test]
async fn membership_is_the_same_from_both_sides() {
    let world = World::new().await;
    assert_eq!(
        groups_of(&world, people::ALICE).await,
        ["Editorial team", "confluence-users"]
    );
    assert_eq!(
        groups_of(&world, people::ADA).await,
        ["confluence-admins", "confluence-users", "site-admins"]
    );
    assert!(groups_of(&world, people::CARL).await.is_empty());
    let unknown = "/rest/api/user/memberof?accountId=unknown";
    assert_eq!(world.get_as_app(unknown).await.0, 404);

    let path = format!("/rest/api/group/{}/membersByGroupId", groups::EDITORS);
    let (_, members) = world.get_as_app(&path).await;
    assert_eq!(members["size"], 1);
    assert_eq!(members["results"][0]["accountId"], people::ALICE);
}

#[tokio::test]
async fn groups_and_members_are_changed_by_the_control_api() {
    let world = World::new().await;
    let (status, made) = world
        .control("POST", "/groups", Some(json!({"name": "Night shift"})))
        .await;
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().unwrap();
    let again = world.control("POST", "/groups", Some(json!({"name": "Night shift"})));
    assert_eq!(again.await.0, 409);

    let member = "/groups/Night%20shift/members/ada";
    assert_eq!(world.control("PUT", member, None).await.0, 204);
    assert_eq!(world.control("PUT", member, None).await.0, 204);
    let groups = groups_of(&world, people::ADA).await;
    assert_eq!(
        groups.iter().filter(|name| *name == "Night shift").count(),
        1
    );
    assert_eq!(world.control("DELETE", member, None).await.0, 204);
    assert!(
        !groups_of(&world, people::ADA)
            .await
            .contains(&"Night shift".to_owned())
    );

    let path = format!("/groups/{id}");
    assert_eq!(world.control("DELETE", &path, None).await.0, 204);
    assert_eq!(world.control("DELETE", &path, None).await.0, 404);
    assert_eq!(world.control("PUT", member, None).await.0, 404);
    let nobody = "/groups/site-admins/members/nobody-there";
    assert_eq!(world.control("PUT", nobody, None).await.0, 404);

    world.control("POST", "/reset", None).await;
    let (_, all) = world.control("GET", "/groups", None).await;
    assert_eq!(all.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn who_has_access_follows_from_the_people() {
    let world = World::new().await;
    let refused = world
        .site
        .groups()
        .remove_member("confluence-users", "alice");
    assert_eq!(
        refused,
        Err(GroupError::Follows("confluence-users".to_owned()))
    );
    let no_access = PersonChange {
        can_use_confluence: Some(false),
        ..PersonChange::default()
    };
    world.site.people().change("alice", &no_access).unwrap();
    assert_eq!(groups_of(&world, people::ALICE).await, ["Editorial team"]);
    assert!(found(&world, "user.fullname~alice").await.is_empty());

    // Who is deactivated stays where they are, and is found under what Confluence makes of their name.
    let people = world.site.people();
    people.set_state("ada", AccountState::Inactive).unwrap();
    assert_eq!(groups_of(&world, people::ADA).await.len(), 3);
    let (_, body) = world
        .get_as_app(&format!("{SEARCH}?cql=user.fullname~ada"))
        .await;
    assert_eq!(body["results"][0]["title"], "Ada Admin (Deactivated)");
}

#[tokio::test]
async fn the_directory_is_not_for_everybody() {
    let world = World::new().await;
    for path in [
        "/rest/api/group",
        "/rest/api/group/picker?query=a",
        "/rest/api/search/user?cql=type%3Duser",
        "/rest/api/user/memberof?accountId=x",
    ] {
        let url = format!("{}{path}", world.site.base_url());
        let response = world.http.get(url).send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
    }
    // What it costs: the call, and two points for each group.
    let path = "/rest/api/group?limit=2";
    let url = format!("{}{path}", world.site.base_url());
    let token = world.app_token("GET", path).authorization();
    let request = world.http.get(url).header("authorization", token);
    let response = request.send().await.unwrap();
    let left = |name: &str| -> u32 { response.headers()[name].to_str().unwrap().parse().unwrap() };
    assert_eq!(left("x-ratelimit-limit") - left("x-ratelimit-remaining"), 5);
}
