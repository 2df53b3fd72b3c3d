use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Text was refused as an identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {expected}")]
pub struct IdError {
    /// What it had to be, such as "an account id (1 to 128 letters, digits, `-` or `:`)".
    expected: &'static str,
}

/// Defines an identifier that is checked once and carried as text.
macro_rules! identifier {
    (
        $(#[$doc:meta])*
        $name:ident, $expected:literal, $check:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Takes ", $expected, ".")]
            ///
            /// # Errors
            ///
            /// If the text is anything else.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                let check: fn(&str) -> bool = $check;
                if check(&text) {
                    Ok(Self(text))
                } else {
                    Err(IdError { expected: $expected })
                }
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

identifier! {
    /// Names one installation of an app on one site: the `clientKey` of its `installed` callback, the `iss` of its
    /// tokens.
    ///
    /// It stays the same when the app is installed again, and changes when the site is imported anew. Opaque.
    ClientKey,
    "a client key (1 to 255 visible ASCII characters)",
    |text| within(text, 255) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

identifier! {
    /// Names a person, an app user or a portal customer across all of Atlassian. Opaque and case-sensitive.
    ///
    /// Never `unknown`: that is what Atlassian answers in place of an id, and it stands for nobody in particular.
    /// Source: [user privacy guidelines](https://developer.atlassian.com/cloud/confluence/user-privacy-developer-guide/).
    AccountId,
    "an account id (1 to 128 letters, digits, `-` or `:`, and not `unknown`)",
    |text| {
        within(text, 128)
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':'))
            && text != "unknown"
    }
}

identifier! {
    /// The app's own key, as in its descriptor.
    AppKey,
    "an app key (1 to 80 letters, digits, `-`, `.` or `_`)",
    |text| {
        within(text, 80)
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
    }
}

identifier! {
    /// Names one installation of an app towards Atlassian's authorization server: the `oauthClientId` of its
    /// `installed` callback. Neither the app key nor the client key. Opaque.
    OauthClientId,
    "an OAuth client id (1 to 1024 visible ASCII characters)",
    |text| within(text, 1024) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

identifier! {
    /// Names the public key that a lifecycle callback is signed with: the `kid` of its token's header.
    ///
    /// It becomes a path segment of the URL that the key is fetched from, before anything about the token has been
    /// proved. So nothing is let through that a path could read as more than a name.
    Kid,
    "a key id (1 to 64 letters, digits, `-` or `_`)",
    |text| {
        within(text, 64)
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    }
}

fn within(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_ids() {
        for good in [
            "5be24ad8b1653240376955d2",
            "557058:1b6f8b3a-6d3c-4a4c-9f3a-0d2c4a1f7f10",
            "qm:1b6f8b3a:0d2c4a1f",
            "a",
            &"a".repeat(128),
        ] {
            assert_eq!(AccountId::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "unknown",
            "a b",
            "a_b",
            "a/b",
            "ä",
            "a\n",
            "a%3Ab",
            &"a".repeat(129),
        ] {
            assert!(AccountId::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn key_ids_are_one_plain_path_segment() {
        for good in [
            "1b6f8b3a-6d3c-4a4c-9f3a-0d2c4a1f7f10",
            "key_1",
            &"k".repeat(64),
        ] {
            assert_eq!(Kid::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            ".",
            "..",
            "../admin",
            "a/b",
            "a\\b",
            "a%2fb",
            "a?b",
            "a#b",
            "a@b",
            "a:b",
            "a b",
            "a\0",
            "ａ",
            &"k".repeat(65),
        ] {
            assert!(Kid::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn app_and_client_keys() {
        assert!(AppKey::new("com.example.my-app_2").is_ok());
        for bad in ["", "a b", "a/b", "a:b", &"a".repeat(81)] {
            assert!(AppKey::new(bad).is_err(), "{bad:?}");
        }
        assert!(ClientKey::new("jira:8d6e5a1c-1111").is_ok());
        for bad in ["", "a b", "a\nb", "ä", &"a".repeat(256)] {
            assert!(ClientKey::new(bad).is_err(), "{bad:?}");
        }
        assert!(OauthClientId::new("eyJob3N0S2V5Ijoi+/=.").is_ok());
        assert!(OauthClientId::new("a b").is_err());
    }

    #[test]
    fn json_is_checked_like_text() {
        assert!(serde_json::from_str::<AccountId>(r#""unknown""#).is_err());
        let id: AccountId = serde_json::from_str(r#""70121:abc""#).unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""70121:abc""#);
    }

    #[test]
    fn the_error_says_what_was_expected_and_not_what_was_given() {
        let error = AccountId::new("<script>").unwrap_err();
        assert_eq!(
            error.to_string(),
            "not an account id (1 to 128 letters, digits, `-` or `:`, and not `unknown`)"
        );
    }
}
