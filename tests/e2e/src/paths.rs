//! Where Confluence, and Atlassian's authorization server, answer what the app asks.

pub const PAGES: &str = "/wiki/api/v2/pages";
pub const COMMENTS: &str = "/wiki/api/v2/footer-comments";
pub const SPACES: &str = "/wiki/api/v2/spaces";
/// Who somebody is.
pub const USERS: &str = "/wiki/api/v2/users-bulk";
/// Who is an admin.
pub const USER: &str = "/wiki/rest/api/user";
pub const TOKEN: &str = "/oauth2/token";
pub const REPORT: &str = "/wiki/rest/atlassian-connect/latest/report-accounts";
