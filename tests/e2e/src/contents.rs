//! What the site holds.

use confluence_simulator::{Content, ContentKind};

use crate::World;

impl World {
    /// A page or comment.
    pub fn content(&self, id: &str) -> Content {
        let mut contents = self.site.contents().into_iter();
        let found = contents.find(|content| content.id == id);
        found.unwrap_or_else(|| panic!("there is no content {id}"))
    }

    /// The comments of somebody.
    pub fn comments_of(&self, account: &str) -> Vec<Content> {
        let mut contents = self.site.contents();
        contents
            .retain(|content| content.kind == ContentKind::Comment && content.author_id == account);
        contents
    }
}
