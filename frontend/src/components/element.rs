//! Elements of HTML, made with as little code as there can be.
//!
//! `view!` is compiled anew for every kind of element and attribute, and at every place it writes them out; that would be
//! 18 kB of the page, in Brotli. Behind these functions there is one kind of each, and a place costs a call.

use leptos::{
    attr::{
        any_attribute::{AnyAttribute, IntoAnyAttribute},
        custom::custom_attribute,
    },
    ev::{self, on},
    html::custom,
    prelude::*,
    tachys::html::property::prop,
};
use web_sys::Event;

/// An element that is being made.
pub(crate) struct Element(Box<Parts>);

struct Parts {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// An element with this name.
pub(crate) fn element(tag: &'static str) -> Element {
    Element(Box::new(Parts {
        tag,
        attributes: Vec::new(),
        children: Vec::new(),
    }))
}

impl Element {
    pub(crate) fn class(self, class: &str) -> Self {
        self.set("class", class)
    }

    pub(crate) fn id(self, id: &str) -> Self {
        self.set("id", id)
    }

    /// Can take the focus, though not by Tab.
    pub(crate) fn focusable(self) -> Self {
        self.set("tabindex", "-1")
    }

    pub(crate) fn set(mut self, attribute: &'static str, value: &str) -> Self {
        let attribute = custom_attribute(attribute, value.to_owned());
        self.0.attributes.push(attribute.into_any_attr());
        self
    }

    /// An attribute without a value, if it is there.
    pub(crate) fn mark(self, attribute: &'static str, marked: bool) -> Self {
        if marked {
            self.set(attribute, "")
        } else {
            self
        }
    }

    /// An attribute that follows the signals that it reads.
    pub(crate) fn follow(
        self,
        attribute: &'static str,
        value: impl Fn() -> Option<&'static str> + Send + Sync + 'static,
    ) -> Self {
        self.follow_boxed(attribute, Box::new(value))
    }

    fn follow_boxed(
        mut self,
        attribute: &'static str,
        value: Box<dyn Fn() -> Option<&'static str> + Send + Sync>,
    ) -> Self {
        let value = std::sync::Arc::new(value);
        let attribute = custom_attribute(attribute, move || value());
        self.0.attributes.push(attribute.into_any_attr());
        self
    }

    /// A property that follows the signals that it reads: of a tick, say, which the person sets as well.
    pub(crate) fn keep(
        mut self,
        property: &'static str,
        value: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        let property = prop(property, value);
        self.0.attributes.push(property.into_any_attr());
        self
    }

    pub(crate) fn on(self, event: &'static str, handler: impl Fn(Event) + 'static) -> Self {
        self.on_boxed(event, std::rc::Rc::new(handler))
    }

    fn on_boxed(mut self, event: &'static str, handler: std::rc::Rc<dyn Fn(Event)>) -> Self {
        let event = on(ev::Custom::<Event>::new(event), move |event| handler(event));
        self.0.attributes.push(event.into_any_attr());
        self
    }

    pub(crate) fn text(self, text: impl Into<String>) -> Self {
        self.put(said(text.into()))
    }

    pub(crate) fn put(mut self, child: AnyView) -> Self {
        self.0.children.push(child);
        self
    }

    /// The same, for an element.
    pub(crate) fn add(self, child: Self) -> Self {
        self.put(child.view())
    }

    pub(crate) fn put_all(mut self, children: impl IntoIterator<Item = AnyView>) -> Self {
        self.0.children.extend(children);
        self
    }

    pub(crate) fn view(self) -> AnyView {
        let Parts {
            tag,
            attributes,
            children,
        } = *self.0;
        let element = custom(tag).add_any_attr(attributes);
        element.child(children).into_any()
    }
}

/// Several views as one, without an element around them.
pub(crate) fn all(views: impl Into<Vec<AnyView>>) -> AnyView {
    together(views.into())
}

fn together(views: Vec<AnyView>) -> AnyView {
    views.into_any()
}

/// Text without an element around it.
pub(crate) fn said(text: String) -> AnyView {
    text.into_any()
}

/// No view at all.
pub(crate) fn nothing() -> AnyView {
    ().into_any()
}
