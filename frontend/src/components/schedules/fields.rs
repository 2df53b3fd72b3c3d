//! The fields of a form: native ones, which keep what is typed in them themselves.

use leptos::prelude::*;

use crate::{
    components::element::{Element, element},
    draft::{Draft, field::DAY},
};

/// What the fields of one form have in common.
pub(super) struct Fields<'a> {
    /// The form's id.
    pub(super) form: &'a str,
    /// What stands in them at first.
    pub(super) draft: &'a Draft,
}

impl Fields<'_> {
    /// A line of this type (`text`, `time`, `date`, `number`), which has to be filled in.
    pub(super) fn line(&self, kind: &'static str, name: &'static str, label: String) -> AnyView {
        self.line_with(kind, name, label, None)
    }

    /// The same, with the id of a list of what may stand in it.
    pub(super) fn line_with(
        &self,
        kind: &'static str,
        name: &'static str,
        label: String,
        list: Option<&str>,
    ) -> AnyView {
        let mut field = self
            .field("input", name)
            .set("type", kind)
            .set("value", self.draft.get(name))
            .set("autocomplete", "off")
            .mark("required", true);
        if kind == "number" {
            field = field.set("min", "1");
        }
        if name == DAY {
            field = field.set("max", "31");
        }
        if let Some(list) = list {
            field = field.set("list", list);
        }
        self.labelled(name, label, field)
    }

    /// Several lines.
    pub(super) fn area(&self, name: &'static str, label: String, required: bool) -> AnyView {
        let field = self.field("textarea", name).set("rows", "4");
        let field = field.mark("required", required);
        self.labelled(name, label, field.text(self.draft.get(name)))
    }

    /// One of these values, each with what says it.
    pub(super) fn choice(
        &self,
        name: &'static str,
        label: String,
        options: &[(&str, &dyn Fn() -> String)],
    ) -> AnyView {
        let chosen = self.draft.get(name);
        let mut field = self.field("select", name);
        for (value, words) in options {
            let option = element("option")
                .set("value", value)
                .mark("selected", *value == chosen);
            field = field.add(option.text(words()));
        }
        self.labelled(name, label, field)
    }

    /// A tick.
    pub(super) fn tick(&self, name: &'static str, label: String) -> AnyView {
        let field = element("input")
            .set("type", "checkbox")
            .set("name", name)
            .mark("checked", self.draft.is_on(name));
        element("label").class("tick").add(field).text(label).view()
    }

    /// What a field needs saying beyond its label.
    pub(super) fn hint(&self, name: &str, text: String) -> AnyView {
        let hint = element("p").class("hint").id(&self.hint_id(name));
        hint.text(text).view()
    }

    /// The id of a field.
    pub(super) fn id(&self, name: &str) -> String {
        [self.form, "-", name].concat()
    }

    fn hint_id(&self, name: &str) -> String {
        [self.form, "-", name, "-hint"].concat()
    }

    fn field(&self, tag: &'static str, name: &str) -> Element {
        element(tag)
            .id(&self.id(name))
            .set("name", name)
            .set("aria-describedby", &self.hint_id(name))
    }

    /// Beside each other and not one within the other, since a label's words would be joined by those of its field.
    fn labelled(&self, name: &str, label: String, field: Element) -> AnyView {
        let label = element("label").set("for", &self.id(name)).text(label);
        element("div").class("line").add(label).add(field).view()
    }
}
