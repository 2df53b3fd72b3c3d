//! What is scheduled to be done as the person, and running it now.

use leptos::{prelude::*, task::spawn_local};
use onbehalf_contract::{Run, Schedule, ScheduleState};

use super::{button::Button, message::Failure, outcome::Outcome, shared::Shared};
use crate::{api, browser, dates, run, trouble::Trouble, words};

/// What the list knows: nothing yet, the schedules, or why not.
type Listed = Option<Result<Vec<Schedule>, Trouble>>;

#[component]
pub(crate) fn Schedules() -> impl IntoView {
    let listed = RwSignal::new(None as Listed);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = api::schedules().await.map(|schedules| schedules.items);
            listed.try_set(Some(answer));
        });
    });
    load.run(());
    view! {
        <section aria-labelledby="schedules">
            <h2 id="schedules">"Scheduled for me"</h2>
            {move || match listed.get() {
                None => view! { <p class="hint">"Loading…"</p> }.into_any(),
                Some(Err(trouble)) => view! { <Failure trouble again=load/> }.into_any(),
                Some(Ok(schedules)) if schedules.is_empty() => {
                    view! { <p class="hint">"Nothing is scheduled for you."</p> }.into_any()
                }
                Some(Ok(schedules)) => {
                    view! {
                        <ul class="items">
                            {schedules
                                .into_iter()
                                .map(|schedule| view! { <Item schedule/> })
                                .collect_view()}
                        </ul>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

/// Where a run that the person asked for stands.
#[derive(Clone, PartialEq)]
enum RunNow {
    No,
    UnderWay,
    /// It took longer than anyone likes to watch.
    Late,
    Failed(Trouble),
}

#[component]
fn Item(schedule: Schedule) -> impl IntoView {
    let shared = Shared::get();
    let title_id = format!("schedule-{}", schedule.id);
    let id = StoredValue::new(schedule.id);
    let title = StoredValue::new(schedule.title.clone());
    let last_run = RwSignal::new(schedule.last_run);
    let run_now = RwSignal::new(RunNow::No);
    let busy = Signal::derive(move || run_now.get() == RunNow::UnderWay);
    let start = Callback::new(move |()| {
        run_now.set(RunNow::UnderWay);
        spawn_local(async move {
            let end = match follow(&id.get_value()).await {
                Ok(Some(run)) => {
                    let (result, _) = words::run_result(run.result);
                    shared
                        .announcement
                        .set(format!("{}: {result}", title.get_value()));
                    last_run.try_set(Some(run));
                    shared.runs.update(|runs| *runs += 1);
                    RunNow::No
                }
                Ok(None) => RunNow::Late,
                Err(trouble) => RunNow::Failed(trouble),
            };
            run_now.try_set(end);
        });
    });
    view! {
        <li class="item">
            <div class="item-head">
                <h3 id=title_id.clone()>
                    {schedule.title}
                    {(schedule.state == ScheduleState::Paused)
                        .then(|| view! { " " <span class="outcome neutral">"Paused"</span> })}
                </h3>
                <Button described_by=title_id busy on_press=start>
                    "Run now"
                </Button>
            </div>
            <p>{words::when(&schedule.when.expression, &schedule.when.time_zone)}</p>
            <p class="hint">{words::action(&schedule.action)}</p>
            {move || match run_now.get() {
                RunNow::No => last_run.get().map(|run| view! { <LastRun run/> }).into_any(),
                RunNow::UnderWay => view! { <p class="hint">"Running…"</p> }.into_any(),
                RunNow::Late => {
                    view! {
                        <p class="hint">
                            "It has not ended yet. Reload the page in a while to see the result."
                        </p>
                    }
                        .into_any()
                }
                RunNow::Failed(trouble) => view! { <Failure trouble again=start/> }.into_any(),
            }}
        </li>
    }
}

/// Runs a schedule and waits for the run's end; `None` if that takes too long.
async fn follow(schedule: &str) -> Result<Option<Run>, Trouble> {
    let started = api::run(schedule).await?;
    for look in 0.. {
        let Some(wait) = run::wait_before(look) else {
            break;
        };
        browser::sleep(wait).await;
        let schedules = api::schedules().await?.items;
        let this = schedules.iter().find(|item| item.id == schedule);
        if let Some(run) = this.and_then(|item| run::ended(item, &started.id)) {
            return Ok(Some(run.clone()));
        }
    }
    Ok(None)
}

#[component]
fn LastRun(run: Run) -> impl IntoView {
    let target = Shared::get().link_target();
    let link = words::link(run.link.as_deref()).map(str::to_owned);
    view! {
        <div class="last-run">
            <p>
                "Last run: " <time datetime=run.due.clone()>{dates::day_and_time(&run.due)}</time> " "
                <Outcome words=words::run_result(run.result)/>
                {link
                    .map(|link| {
                        view! {
                            " "
                            <a href=link target=target rel="noopener">
                                "Open in Confluence"
                            </a>
                        }
                    })}
            </p>
            {run
                .reason
                .map(|reason| {
                    view! { <p class="hint">{reason.detail} " " {reason.remedy}</p> }
                })}
        </div>
    }
}
