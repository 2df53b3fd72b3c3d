//! One schedule: when it runs, what it does, how it went the last time, and running it now.

use leptos::prelude::*;
use onbehalf_contract::{Run, Schedule, ScheduleState};

use super::{
    button::Button,
    dynamic::dynamic,
    message::{Again, Failure},
    outcome::Outcome,
    shared::Shared,
    text::{hint, link},
};
use crate::{
    api, browser, intl, run,
    trouble::Trouble,
    words::{self, Tone},
};

/// How far the newest run is.
#[derive(Clone)]
enum Newest {
    /// It has ended, or there was none yet.
    Ended(Option<Run>),
    /// The person asked for it a moment ago.
    UnderWay,
    /// It took longer than anyone likes to watch.
    Late,
    Failed(Trouble),
}

#[component]
pub(crate) fn ScheduleItem(shared: Shared, schedule: Schedule) -> AnyView {
    let title_id = format!("schedule-{}", schedule.id);
    let run_id = format!("run-{}", schedule.id);
    let title = schedule.title.clone();
    let newest = RwSignal::new(Newest::Ended(schedule.last_run));
    let busy = RwSignal::new(false);
    let start = Callback::new(move |()| {
        busy.set(true);
        newest.set(Newest::UnderWay);
        let (id, title) = (schedule.id.clone(), title.clone());
        browser::spawn(async move {
            let end = match follow(&id).await {
                Ok(Some(run)) => {
                    let (result, _) = words::run_result(run.result);
                    shared.announcement.set(words::run_said(&title, &result));
                    shared.feed.refresh();
                    Newest::Ended(Some(run))
                }
                Ok(None) => Newest::Late,
                Err(trouble) => Newest::Failed(trouble),
            };
            newest.try_set(end);
            busy.try_set(false);
        });
    });
    let again = Again::new(start, &run_id);
    let paused = (schedule.state == ScheduleState::Paused)
        .then(|| view! { <Outcome words=(words::run_paused(), Tone::Neutral)/> }.into_any());
    view! {
        <li class="item">
            <h3 id=title_id.clone()>{schedule.title} " " {paused}</h3>
            <Button id=run_id described_by=title_id words=words::run_now() busy on_press=start/>
            <p>{words::when(&schedule.when.expression, &schedule.when.time_zone)}</p>
            {hint(words::action(&schedule.action))}
            {dynamic(move || match newest.get() {
                Newest::Ended(Some(run)) => last_run(shared, run),
                Newest::Ended(None) => ().into_any(),
                Newest::UnderWay => hint(words::run_running()),
                Newest::Late => hint(words::run_late()),
                Newest::Failed(trouble) => view! { <Failure trouble again=again.clone()/> }.into_any(),
            })}
        </li>
    }
    .into_any()
}

/// Runs a schedule and waits for the run's end; `None` if that takes too long.
async fn follow(schedule: &str) -> Result<Option<Run>, Trouble> {
    let started = api::run(schedule).await?;
    for look in 0.. {
        let Some(wait) = run::wait_before(look) else {
            break;
        };
        browser::sleep(wait).await;
        let mut schedules = api::schedules().await?.items.into_iter();
        let this = schedules.find(|item| item.id == schedule);
        if let Some(run) = this.and_then(|item| run::ended(item, &started.id)) {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

fn last_run(shared: Shared, run: Run) -> AnyView {
    let link = words::link(run.link).map(|address| link(shared, address, words::run_open()));
    let app = shared.app();
    let reason = run.reason.map(|reason| {
        let detail = words::reason_detail(&reason, &app);
        let remedy = words::reason_remedy(&reason, &app);
        hint(format!("{detail} {remedy}"))
    });
    let due = intl::day_and_time(&run.due);
    view! {
        <p class="last-run">
            {words::run_last()} " " <time datetime=run.due>{due}</time> " "
            <Outcome words=words::run_result(run.result)/> " " {link}
        </p>
        {reason}
    }
    .into_any()
}
