//! The search for people: `/rest/api/search/user`.
//!
//! <https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-search/>

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::{Value, json};

use super::users;
use crate::caller::Caller;
use crate::crowd::At;
use crate::people::{AccountState, AccountType, Person};
use crate::refusal::Refusal;
use crate::scopes::Scope;
use crate::site::Site;

const USUAL: usize = 25;
const MOST: usize = 200;

/// What Lucene, which reads the text behind `~`, takes for something else than text.
/// <https://developer.atlassian.com/cloud/confluence/performing-text-searches-using-cql/>
const SPECIAL: &str = r#"+&|!(){}[]^"~*?:\/"#;

/// `GET /rest/api/search/user?cql=&start=&limit=&expand=`: people who have, or had until they were deactivated, access to
/// Confluence, and the users of apps.
pub(super) async fn users(
    At(site): At,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let query = query.unwrap_or_default();
    let parameter = |wanted: &str| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let cql = parameter("cql").ok_or_else(|| Refusal::bad_request("cql is missing"))?;
    let start = number(parameter("start"))?.unwrap_or(0);
    let limit = number(parameter("limit"))?.unwrap_or(USUAL).min(MOST);
    let clauses = clauses(&cql)
        .ok_or_else(|| Refusal::bad_request(format!("Could not parse cql : {cql}")))?;
    let found = site.read(|world| {
        let people = world.people.iter();
        let found = people
            .filter(|person| is_listed(person) && clauses.iter().all(|clause| clause.fits(person)));
        found.cloned().collect::<Vec<_>>()
    });
    let shown = users::Query::parse(Some(&query));
    let page = found.iter().skip(start).take(limit);
    let results: Vec<_> = page.map(|person| result(&site, person, &shown)).collect();
    let size = results.len();
    let body = json!({
        "results": results, "start": start, "limit": limit, "size": size, "totalSize": found.len(),
        "cqlQuery": cql, "searchDuration": 1, "_links": users::links(&site),
    });
    Ok(users::priced(size, body))
}

fn number(text: Option<String>) -> Result<Option<usize>, Refusal> {
    let parsed = text.map(|text| text.parse()).transpose();
    parsed.map_err(|_| Refusal::bad_request("start and limit are numbers"))
}

/// `sitePermissionTypeFilter` isn't looked at: nobody here is a guest.
fn is_listed(person: &Person) -> bool {
    person.can_use_confluence
        && person.account_type != AccountType::Customer
        && person.state != AccountState::Closed
}

fn result(site: &Site, person: &Person, shown: &users::Query) -> Value {
    json!({
        "user": users::version_1(site, person, shown),
        "title": person.shown_name(),
        "excerpt": "",
        "url": format!("/people/{}", person.account_id),
        "entityType": "user",
        "score": 0.0,
    })
}

/// One condition of a query.
#[derive(Debug, Eq, PartialEq)]
enum Clause {
    /// `type = user`.
    Anybody,
    /// `user.fullname ~ "ali ex"`: each of these words begins a word of the name.
    Name(Vec<String>),
    /// `user = "5be2"`, `user.accountid = "5be2"`.
    Account(String),
}

impl Clause {
    fn fits(&self, person: &Person) -> bool {
        match self {
            Self::Anybody => true,
            Self::Account(account_id) => person.account_id == *account_id,
            Self::Name(words) => {
                let name = person.display_name.to_lowercase();
                words.iter().all(|word| {
                    let mut parts = name.split_whitespace();
                    parts.any(|part| part.starts_with(word.as_str()))
                })
            }
        }
    }
}

/// The conditions of a query, joined by `AND`. `None`: it isn't one of those that are understood here.
fn clauses(cql: &str) -> Option<Vec<Clause>> {
    let tokens = tokens(cql)?;
    let clauses = tokens.split(|token| *token == Token::Word("and".to_owned()));
    clauses.map(clause).collect()
}

fn clause(tokens: &[Token]) -> Option<Clause> {
    let [Token::Word(field), Token::Operator(operator), value] = tokens else {
        return None;
    };
    let (Token::Word(text) | Token::Text(text)) = value else {
        return None;
    };
    match (field.as_str(), operator) {
        ("type", '=') if text == "user" => Some(Clause::Anybody),
        ("user" | "user.accountid", '=') => Some(Clause::Account(text.clone())),
        ("user.fullname" | "user", '~') => words(text).map(Clause::Name),
        _ => None,
    }
}

/// The words of a text to search for, without wildcards and the like.
fn words(text: &str) -> Option<Vec<String>> {
    let is_plain = |word: &&str| {
        !word.contains(|letter| SPECIAL.contains(letter))
            && !word.starts_with('-')
            && !["AND", "OR", "NOT"].contains(word)
    };
    let words: Vec<_> = text.split_whitespace().collect();
    let plain = !words.is_empty() && words.iter().all(is_plain);
    plain.then(|| words.iter().map(|word| word.to_lowercase()).collect())
}

#[derive(Debug, Eq, PartialEq)]
enum Token {
    /// Without quotes, in small letters.
    Word(String),
    /// In quotes.
    Text(String),
    Operator(char),
}

fn tokens(cql: &str) -> Option<Vec<Token>> {
    let mut letters = cql.chars().peekable();
    let mut tokens = Vec::new();
    while let Some(letter) = letters.next() {
        match letter {
            letter if letter.is_whitespace() => {}
            '=' | '~' => tokens.push(Token::Operator(letter)),
            '"' | '\'' => {
                let mut text = String::new();
                loop {
                    match letters.next()? {
                        '\\' => text.push(letters.next()?),
                        end if end == letter => break,
                        other => text.push(other),
                    }
                }
                tokens.push(Token::Text(text));
            }
            letter if is_of_word(letter) => {
                let mut word = String::from(letter);
                while let Some(next) = letters.next_if(|next| is_of_word(*next)) {
                    word.push(next);
                }
                tokens.push(Token::Word(word.to_lowercase()));
            }
            _ => return None,
        }
    }
    Some(tokens)
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || "._-".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(words: &[&str]) -> Option<Vec<Clause>> {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Some(vec![Clause::Name(words)])
    }

    #[test]
    fn queries_are_read() {
        assert_eq!(clauses("user.fullname~jo"), name(&["jo"]));
        assert_eq!(
            clauses(r#"user.fullname ~ "Jo  Smi""#),
            name(&["jo", "smi"])
        );
        assert_eq!(clauses(r#"user.fullname~"O'Brien""#), name(&["o'brien"]));
        assert_eq!(clauses("type=user"), Some(vec![Clause::Anybody]));
        let both = clauses("type = user AND user.accountid = '5be2'").unwrap();
        assert_eq!(both, [Clause::Anybody, Clause::Account("5be2".to_owned())]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for cql in [
            "",
            "jo",
            r#"user.fullname~"jo"#,
            r#"user.fullname~"jo" or type=user"#,
            r#"user.fullname~"jo*""#,
            r#"user.fullname~"jo\"""#,
            r#"user.fullname~"-jo""#,
            r#"user.fullname~"jo NOT smith""#,
            r#"user.fullname~"""#,
            "space=TEAM",
            "type=page",
        ] {
            assert_eq!(clauses(cql), None, "{cql}");
        }
    }
}
