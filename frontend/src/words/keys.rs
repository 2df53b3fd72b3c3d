//! Everything that the page says, each as a function whose arguments are the values in it.
//!
//! A key stands here and in `frontend/words/{language}.json`, and nowhere else. A word that is misspelt, or given other
//! values than it has, does not compile; nor does one that nobody says. That each language has all of them, with the
//! same values, is tested.

#![deny(dead_code, reason = "words that are never said are still sent")]

use super::catalogue;

macro_rules! words {
    (
        texts { $($text:ident($($value:ident),*) = $key:literal;)+ }
        parts { $($parts:ident($($part:ident),*) = $parts_key:literal;)* }
    ) => {
        $(pub(crate) fn $text($($value: &str),*) -> String {
            catalogue::text($key, &[$((stringify!($value), $value)),*])
        })+
        $(pub(crate) fn $parts($($part: &str),*) -> Vec<catalogue::Part> {
            catalogue::parts($parts_key, &[$((stringify!($part), $part)),*])
        })*

        /// Each key, and the names of its values.
        #[cfg(test)]
        pub(super) const KEYS: &[(&str, &[&str])] = &[
            $(($key, &[$(stringify!($value)),*]),)+
            $(($parts_key, &[$(stringify!($part)),*]),)*
        ];
    };
}

words! {
    texts {
        // In place of the page.
        alone_title() = "alone.title";
        alone_text() = "alone.text";
        unreadable_title() = "unreadable.title";

        // The form.
        ask_heading(app) = "ask.heading";
        ask_heading_after(app) = "ask.headingAfter";
        ask_access() = "ask.access";
        ask_time() = "ask.time";
        ask_until_day() = "ask.untilDay";
        ask_last_day() = "ask.lastDay";
        ask_day_range(first, last) = "ask.dayRange";
        ask_until(moment) = "ask.until";
        ask_never() = "ask.never";
        ask_end() = "ask.end";
        ask_allow() = "ask.allow";
        ask_not_now() = "ask.notNow";
        ask_declined() = "ask.declined";
        ask_reconsider() = "ask.reconsider";
        ask_by_admin(name) = "ask.byAdmin";
        ask_by_admin_note(name, note) = "ask.byAdminNote";
        ask_decline() = "ask.decline";
        ask_an_admin() = "ask.anAdmin";
        pause_title() = "pause.title";
        pause_text(name, reason) = "pause.text";
        tabs_mine() = "tabs.mine";
        tabs_admin() = "tabs.admin";
        access_read() = "access.read";
        access_read_write() = "access.readWrite";

        // How a consent ended.
        ended_on(moment) = "ended.on";
        ended_expired_title() = "ended.expired.title";
        ended_expired_text() = "ended.expired.text";
        ended_revoked_title() = "ended.revoked.title";
        ended_revoked_text() = "ended.revoked.text";
        ended_revoked_by_admin_title() = "ended.revokedByAdmin.title";
        ended_revoked_by_admin_text() = "ended.revokedByAdmin.text";
        ended_revoked_by_admin_note(note) = "ended.revokedByAdmin.note";
        ended_account_deactivated_title() = "ended.accountDeactivated.title";
        ended_account_deactivated_text() = "ended.accountDeactivated.text";
        ended_account_closed_title() = "ended.accountClosed.title";
        ended_account_closed_text() = "ended.accountClosed.text";
        ended_account_unfit_title() = "ended.accountUnfit.title";
        ended_account_unfit_text() = "ended.accountUnfit.text";
        ended_access_lost_title() = "ended.accessLost.title";
        ended_access_lost_text() = "ended.accessLost.text";
        ended_app_removed_title(app) = "ended.appRemoved.title";
        ended_app_removed_text() = "ended.appRemoved.text";
        ended_notice_changed_title(app) = "ended.noticeChanged.title";
        ended_notice_changed_text() = "ended.noticeChanged.text";
        ended_policy_changed_title() = "ended.policyChanged.title";
        ended_policy_changed_text() = "ended.policyChanged.text";
        ended_other_title() = "ended.other.title";
        ended_other_text() = "ended.other.text";

        // While it is allowed.
        allowed_heading(app, day) = "allowed.heading";
        allowed_as() = "allowed.as";
        allowed_on() = "allowed.on";
        allowed_access() = "allowed.access";
        allowed_until() = "allowed.until";
        allowed_since() = "allowed.since";
        allowed_last_used() = "allowed.lastUsed";
        allowed_never_used() = "allowed.neverUsed";
        allowed_stop() = "allowed.stop";
        allowed_change() = "allowed.change";
        allowed_keep() = "allowed.keep";
        allowed_close() = "allowed.close";
        allowed_flag() = "allowed.flag";
        soon_title(time, day) = "soon.title";
        soon_text() = "soon.text";
        soon_renew() = "soon.renew";
        stop_question(app) = "stop.question";
        stop_text() = "stop.text";
        stop_now() = "stop.now";
        stop_cancel() = "stop.cancel";
        receipt_download() = "receipt.download";
        receipt_done() = "receipt.done";

        // What was done.
        activity_heading() = "activity.heading";
        activity_none() = "activity.none";
        activity_more() = "activity.more";
        activity_create_page(title) = "activity.createPage";
        activity_append_to_page(page) = "activity.appendToPage";
        activity_comment_on_page(page) = "activity.commentOnPage";
        activity_as_app(app) = "activity.asApp";
        activity_settled() = "activity.settled";
        outcome_started() = "outcome.started";
        outcome_done() = "outcome.done";
        outcome_refused() = "outcome.refused";
        outcome_failed() = "outcome.failed";
        outcome_unknown() = "outcome.unknown";
        outcome_refused_by(status) = "outcome.refusedBy";
        outcome_unreachable() = "outcome.unreachable";
        outcome_no_answer() = "outcome.noAnswer";

        // What is scheduled.
        schedules_heading() = "schedules.heading";
        schedules_none() = "schedules.none";
        schedules_create_page(title) = "schedules.createPage";
        schedules_create_page_in(title, space) = "schedules.createPageIn";
        schedules_append_to_page(page) = "schedules.appendToPage";
        schedules_comment_on_page(page) = "schedules.commentOnPage";
        schedules_request(request) = "schedules.request";
        schedules_next(time) = "schedules.next";
        schedules_new() = "schedules.new";
        schedules_allow_first(app) = "schedules.allowFirst";
        schedules_pause() = "schedules.pause";
        schedules_resume() = "schedules.resume";
        schedules_edit() = "schedules.edit";
        schedules_delete() = "schedules.delete";
        schedules_history() = "schedules.history";
        schedules_delete_question(title) = "schedules.deleteQuestion";
        schedules_delete_text() = "schedules.deleteText";
        schedules_delete_now() = "schedules.deleteNow";
        schedules_keep() = "schedules.keep";
        schedules_deleted(title) = "schedules.deleted";
        schedules_saved(title) = "schedules.saved";
        schedules_paused_itself(app) = "schedules.pausedItself";
        schedules_paused_remedy() = "schedules.pausedRemedy";
        schedules_pair(name, value) = "schedules.pair";
        run_now() = "run.now";
        run_running() = "run.running";
        run_late() = "run.late";
        run_paused() = "run.paused";
        run_active() = "run.active";
        run_waiting() = "run.waiting";
        run_again(moment) = "run.again";
        run_was_done() = "run.wasDone";
        run_was_not_done() = "run.wasNotDone";
        run_none() = "run.none";
        run_last() = "run.last";
        run_open() = "run.open";
        run_said(title, result) = "run.said";
        when_daily(time) = "when.daily";
        when_weekdays(time) = "when.weekdays";
        when_weekly(time, days) = "when.weekly";
        when_monthly(time, day) = "when.monthly";
        when_last_day(time) = "when.lastDay";
        when_once(moment) = "when.once";
        when_every(duration) = "when.every";
        when_in_zone(when, zone) = "when.inZone";

        // The form for a schedule.
        form_title() = "form.title";
        form_often() = "form.often";
        form_daily() = "form.daily";
        form_weekdays() = "form.weekdays";
        form_weekly() = "form.weekly";
        form_monthly() = "form.monthly";
        form_last_day() = "form.lastDay";
        form_once() = "form.once";
        form_interval() = "form.interval";
        form_by_expression() = "form.byExpression";
        form_time() = "form.time";
        form_days() = "form.days";
        form_day() = "form.day";
        form_date() = "form.date";
        form_count() = "form.count";
        form_unit() = "form.unit";
        form_minutes() = "form.minutes";
        form_hours() = "form.hours";
        form_whole_days() = "form.wholeDays";
        form_expression() = "form.expression";
        form_expression_hint(examples) = "form.expressionHint";
        form_zone() = "form.zone";
        form_what() = "form.what";
        form_create_page() = "form.createPage";
        form_append_to_page() = "form.appendToPage";
        form_comment_on_page() = "form.commentOnPage";
        form_request() = "form.request";
        form_page_title() = "form.pageTitle";
        form_page() = "form.page";
        form_text() = "form.text";
        form_storage() = "form.storage";
        form_placeholders(names) = "form.placeholders";
        form_method() = "form.method";
        form_path() = "form.path";
        form_json() = "form.json";
        form_fallback() = "form.fallback";
        form_skip() = "form.skip";
        form_as_app(app) = "form.asApp";
        form_as_app_hint(app) = "form.asAppHint";
        form_preview() = "form.preview";
        form_incomplete() = "form.incomplete";
        form_next() = "form.next";
        form_never() = "form.never";
        form_requests() = "form.requests";
        form_look() = "form.look";
        form_save() = "form.save";
        form_cancel() = "form.cancel";

        // What can go wrong on the way.
        trouble_again() = "trouble.again";
        trouble_reload() = "trouble.reload";
        trouble_session_ended_title() = "trouble.sessionEnded.title";
        trouble_session_ended_detail() = "trouble.sessionEnded.detail";
        trouble_session_ended_remedy() = "trouble.sessionEnded.remedy";
        trouble_no_host_title() = "trouble.noHost.title";
        trouble_no_host_detail() = "trouble.noHost.detail";
        trouble_no_host_remedy() = "trouble.noHost.remedy";
        trouble_offline_title() = "trouble.offline.title";
        trouble_offline_detail() = "trouble.offline.detail";
        trouble_offline_remedy() = "trouble.offline.remedy";
        trouble_garbled_title() = "trouble.garbled.title";
        trouble_garbled_detail() = "trouble.garbled.detail";
        trouble_garbled_remedy() = "trouble.garbled.remedy";
    }
    parts {
        ask_who(app, site, person) = "ask.who";
    }
}
