//! What a schedule would do, before it is kept: the next times, and what Confluence would be asked.

use leptos::prelude::*;
use onbehalf_contract::{PreviewRequest, SchedulePreview};

use crate::{
    components::{
        element::{all, element},
        text::{hint, paragraph, time},
    },
    intl, words,
};

/// How far the preview is.
#[derive(Clone)]
pub(super) enum Preview {
    /// Something has to be filled in first.
    Incomplete,
    Shown {
        preview: SchedulePreview,
        zone: String,
    },
    /// What is wrong with what was filled in.
    Refused(String),
}

pub(super) fn preview(preview: &Preview) -> AnyView {
    match preview {
        Preview::Incomplete => hint(words::form_incomplete()),
        Preview::Refused(why) => paragraph(why.clone()),
        Preview::Shown { preview, zone } => shown(preview, zone),
    }
}

fn shown(preview: &SchedulePreview, zone: &str) -> AnyView {
    let times = preview.next_runs.iter().map(|moment| {
        let words = intl::day_and_time_in(moment, zone);
        element("li").put(time(moment, words)).view()
    });
    let times = if preview.next_runs.is_empty() {
        paragraph(words::form_never())
    } else {
        element("ol").put_all(times).view()
    };
    let mut parts = vec![
        hint(words::form_next()),
        times,
        hint(words::form_requests()),
    ];
    parts.extend(preview.requests.iter().map(request));
    all(parts)
}

fn request(request: &PreviewRequest) -> AnyView {
    let mut text = [&request.method, " ", &request.path].concat();
    if let Some(body) = &request.body {
        text.push('\n');
        text.push_str(body);
    }
    element("pre").text(text).view()
}
