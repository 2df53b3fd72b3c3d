//! Shapes of SVG.

use leptos::{attr::custom::custom_attribute, prelude::*, svg};

/// A shape with these attributes.
pub(super) fn bar(class: &str, x: u32, y: u32, width: u32, height: u32) -> AnyView {
    let attributes: Vec<_> = [("x", x), ("y", y), ("width", width), ("height", height)]
        .map(|(name, value)| custom_attribute(name, value.to_string()).into_any_attr())
        .into();
    svg::rect()
        .add_any_attr(custom_attribute("class", class.to_owned()))
        .add_any_attr(attributes)
        .into_any()
}

/// A picture of this size with its shapes, which scales with the room that it has. What it shows is said in words: by
/// its title and its description, and by what stands below it.
pub(super) fn picture(
    id: &'static str,
    (width, height): (u32, u32),
    title: String,
    description: String,
    shapes: Vec<AnyView>,
) -> AnyView {
    let title_id = [id, "-title"].concat();
    let description_id = [id, "-desc"].concat();
    let attributes: Vec<_> = [
        ("id", id.to_owned()),
        ("role", "img".to_owned()),
        ("class", "picture".to_owned()),
        ("viewBox", format!("0 0 {width} {height}")),
        ("preserveAspectRatio", "none".to_owned()),
        ("aria-labelledby", title_id.clone()),
        ("aria-describedby", description_id.clone()),
    ]
    .map(|(name, value)| custom_attribute(name, value).into_any_attr())
    .into();
    svg::svg()
        .add_any_attr(attributes)
        .child((
            svg::title().id(title_id).child(title),
            svg::desc().id(description_id).child(description),
            shapes,
        ))
        .into_any()
}
