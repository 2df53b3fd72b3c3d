//! What a schedule does, checked: whoever holds a [`Task`] can ask Confluence for it as it is.

mod fill;
mod rest_path;

use onbehalf_contract::{Access, Action, Deed, Method};
use thiserror::Error;

use super::account::Account;

pub use fill::Fill;
pub use rest_path::{BadPath, RestPath};

/// In bytes: of a page's or a comment's text, or of a request's body.
pub const LONGEST_BODY: usize = 64 * 1024;

/// In characters. Confluence takes no longer ones.
const LONGEST_PAGE_TITLE: usize = 255;

/// Something to do in Confluence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    CreatePage {
        title: String,
        /// Storage format, as every body here but a request's.
        body: String,
        /// `None`: the person's own space.
        space: Option<ContentId>,
    },
    AppendToPage {
        page: ContentId,
        body: String,
    },
    CommentOnPage {
        page: ContentId,
        body: String,
    },
    Request(RestRequest),
}

/// A request of Confluence's REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestRequest {
    method: Method,
    path: RestPath,
    /// JSON, as it was written.
    body: Option<String>,
}

/// The number of a page or a space, in digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentId(String);

/// An action that cannot be done, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadTask {
    #[error("a page's title has 1 to {LONGEST_PAGE_TITLE} characters, and no line breaks")]
    PageTitle,
    #[error("there is nothing to write: the text is empty")]
    NoText,
    #[error("the text is longer than {} kB", LONGEST_BODY / 1024)]
    TooLong,
    #[error("a page or a space is named by a number, such as 98305, and {0:?} is none")]
    Number(String),
    #[error(transparent)]
    Path(#[from] BadPath),
    #[error("the body is not JSON: {0}")]
    Json(String),
    #[error("a GET has no body")]
    GetWithBody,
}

impl Task {
    /// Checks an action.
    pub fn parse(action: Action) -> Result<Self, BadTask> {
        Ok(match action {
            Action::CreatePage {
                title,
                body,
                space_id,
            } => Self::CreatePage {
                title: page_title(title)?,
                body: text(body)?,
                space: space_id.map(ContentId::parse).transpose()?,
            },
            Action::AppendToPage { page_id, body } => Self::AppendToPage {
                page: ContentId::parse(page_id)?,
                body: text(body)?,
            },
            Action::CommentOnPage { page_id, body } => Self::CommentOnPage {
                page: ContentId::parse(page_id)?,
                body: text(body)?,
            },
            Action::Request { method, path, body } => {
                Self::Request(RestRequest::parse(method, &path, body)?)
            }
        })
    }

    /// The action that this was made from.
    pub fn action(&self) -> Action {
        match self {
            Self::CreatePage { title, body, space } => Action::CreatePage {
                title: title.clone(),
                body: body.clone(),
                space_id: space.as_ref().map(ContentId::to_string),
            },
            Self::AppendToPage { page, body } => Action::AppendToPage {
                page_id: page.to_string(),
                body: body.clone(),
            },
            Self::CommentOnPage { page, body } => Action::CommentOnPage {
                page_id: page.to_string(),
                body: body.clone(),
            },
            Self::Request(RestRequest { method, path, body }) => Action::Request {
                method: *method,
                path: path.as_str().to_owned(),
                body: body.clone(),
            },
        }
    }

    /// The task with the person's own space, where it names none and they have one.
    pub fn in_space_of(mut self, account: Option<&Account>) -> Self {
        if let Self::CreatePage {
            space: space @ None,
            ..
        } = &mut self
        {
            *space = account
                .and_then(|account| account.personal_space.as_deref())
                .and_then(|own| ContentId::parse(own).ok());
        }
        self
    }

    /// What the consent must cover.
    pub fn access(&self) -> Access {
        match self {
            Self::Request(RestRequest {
                method: Method::Get,
                ..
            }) => Access::Read,
            _ => Access::ReadWrite,
        }
    }

    /// Whether doing it twice comes to the same as doing it once, so that it may be repeated when nobody knows whether it
    /// was done. <https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2>
    pub fn is_idempotent(&self) -> bool {
        match self {
            Self::Request(request) => matches!(request.method, Method::Get | Method::Put),
            // To add the same text again is to add it twice.
            Self::CreatePage { .. } | Self::AppendToPage { .. } | Self::CommentOnPage { .. } => {
                false
            }
        }
    }

    /// For the record.
    pub fn deed(&self) -> Deed {
        match self {
            Self::CreatePage { title, .. } => Deed::CreatePage {
                title: title.clone(),
            },
            Self::AppendToPage { page, .. } => Deed::AppendToPage {
                page_id: page.to_string(),
            },
            Self::CommentOnPage { page, .. } => Deed::CommentOnPage {
                page_id: page.to_string(),
            },
            Self::Request(request) => Deed::Request {
                method: request.method,
                path: request.path.path().to_owned(),
            },
        }
    }
}

impl RestRequest {
    fn parse(method: Method, path: &str, body: Option<String>) -> Result<Self, BadTask> {
        let path = RestPath::parse(path)?;
        let body = body.filter(|body| !body.trim().is_empty());
        if let Some(body) = &body {
            if method == Method::Get {
                return Err(BadTask::GetWithBody);
            }
            if body.len() > LONGEST_BODY {
                return Err(BadTask::TooLong);
            }
            serde_json::from_str::<serde_json::Value>(body)
                .map_err(|error| BadTask::Json(error.to_string()))?;
        }
        Ok(Self { method, path, body })
    }

    pub fn method(&self) -> Method {
        self.method
    }

    pub fn path(&self) -> &RestPath {
        &self.path
    }

    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }
}

impl ContentId {
    pub fn parse(text: impl Into<String>) -> Result<Self, BadTask> {
        let text = text.into();
        // Numbers of 64 bits have at most 19 digits.
        let fits = (1..=19).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if fits {
            Ok(Self(text))
        } else {
            Err(BadTask::Number(text.chars().take(40).collect()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ContentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn page_title(title: String) -> Result<String, BadTask> {
    let fits = (1..=LONGEST_PAGE_TITLE).contains(&title.trim().chars().count())
        && !title.chars().any(char::is_control);
    fits.then_some(title).ok_or(BadTask::PageTitle)
}

fn text(body: String) -> Result<String, BadTask> {
    match body.len() {
        _ if body.trim().is_empty() => Err(BadTask::NoText),
        ..=LONGEST_BODY => Ok(body),
        _ => Err(BadTask::TooLong),
    }
}

/// A deed in words, in English: for those who read the API.
pub fn in_words(deed: &Deed) -> String {
    match deed {
        Deed::CreatePage { title } => format!("Create the page “{title}”"),
        Deed::AppendToPage { page_id } => format!("Add to the page {page_id}"),
        Deed::CommentOnPage { page_id } => format!("Comment on the page {page_id}"),
        Deed::Request { method, path } => format!("{} {path}", method_name(*method)),
    }
}

/// As it stands in a request.
pub fn method_name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, body: Option<&str>) -> Result<Task, BadTask> {
        Task::parse(Action::Request {
            method,
            path: "/wiki/api/v2/pages".into(),
            body: body.map(Into::into),
        })
    }

    #[test]
    fn a_task_is_the_action_that_it_was_made_from() {
        for action in [
            Action::CreatePage {
                title: "Weekly, {week}".into(),
                body: "<p>Hello</p>".into(),
                space_id: Some("98305".into()),
            },
            Action::AppendToPage {
                page_id: "1".into(),
                body: "<p>Hello</p>".into(),
            },
            Action::CommentOnPage {
                page_id: "9223372036854775807".into(),
                body: "Hello".into(),
            },
            Action::Request {
                method: Method::Post,
                path: "/wiki/api/v2/pages?draft=true".into(),
                body: Some(r#"{ "b": 1, "a": [] }"#.into()),
            },
        ] {
            assert_eq!(Task::parse(action.clone()).unwrap().action(), action);
        }
    }

    #[test]
    fn bodies_are_json_and_not_too_long() {
        assert!(request(Method::Post, None).is_ok());
        assert!(request(Method::Get, Some("  ")).is_ok());
        assert_eq!(request(Method::Get, Some("{}")), Err(BadTask::GetWithBody));
        for bad in ["{", "{}{}", "{\"a\":{date}}", "<p/>", "\u{0}"] {
            assert!(
                matches!(request(Method::Put, Some(bad)), Err(BadTask::Json(_))),
                "{bad}"
            );
        }
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        assert!(matches!(
            request(Method::Put, Some(&deep)),
            Err(BadTask::Json(_))
        ));
        let long = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
        assert!(request(Method::Put, Some(&long(LONGEST_BODY))).is_ok());
        assert_eq!(
            request(Method::Put, Some(&long(LONGEST_BODY + 1))),
            Err(BadTask::TooLong)
        );
    }

    #[test]
    fn pages_have_numbers_titles_and_text() {
        let append = |page: &str, body: &str| {
            Task::parse(Action::AppendToPage {
                page_id: page.into(),
                body: body.into(),
            })
        };
        for page in ["", "1a", "-1", "1/2", "../1", "٣", "12345678901234567890"] {
            assert!(
                matches!(append(page, "x"), Err(BadTask::Number(_))),
                "{page}"
            );
        }
        assert_eq!(append("1", " \n"), Err(BadTask::NoText));
        let long = "x".repeat(LONGEST_BODY + 1);
        assert_eq!(append("1", &long), Err(BadTask::TooLong));
        for title in ["", " ", "a\nb", &"x".repeat(256)] {
            let create = Task::parse(Action::CreatePage {
                title: title.into(),
                body: "x".into(),
                space_id: None,
            });
            assert_eq!(create, Err(BadTask::PageTitle), "{title}");
        }
    }

    #[test]
    fn only_what_may_be_repeated_is_idempotent_and_only_gets_are_covered_by_reading() {
        for (method, idempotent, access) in [
            (Method::Get, true, Access::Read),
            (Method::Put, true, Access::ReadWrite),
            (Method::Post, false, Access::ReadWrite),
            (Method::Patch, false, Access::ReadWrite),
        ] {
            let task = request(method, None).unwrap();
            assert_eq!(
                (task.is_idempotent(), task.access()),
                (idempotent, access),
                "{method:?}"
            );
        }
    }
}
