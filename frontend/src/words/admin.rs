//! The words that only admins read: of other people, where those of the page speak to the person themselves.

#![deny(dead_code, reason = "words that are never said are still sent")]

use super::catalogue;

words! {
    texts {
        title() = "admin.title";
        lead(app, site) = "admin.lead";
        loading() = "admin.loading";
        more() = "admin.more";
        cancel() = "admin.cancel";
        close() = "admin.close";
        remove(name) = "admin.remove";
        nobody() = "admin.nobody";
        pair(name, value) = "admin.pair";
        tab_overview() = "admin.tab.overview";
        tab_consents() = "admin.tab.consents";
        tab_ask() = "admin.tab.ask";
        tab_schedules() = "admin.tab.schedules";
        tab_activity() = "admin.tab.activity";
        tab_policy() = "admin.tab.policy";
        tab_audit() = "admin.tab.audit";

        pause_all() = "admin.pause.all";
        pause_question() = "admin.pause.question";
        pause_text() = "admin.pause.text";
        pause_reason() = "admin.pause.reason";
        pause_now() = "admin.pause.now";
        pause_title() = "admin.pause.title";
        pause_by(name, moment, reason) = "admin.pause.by";
        pause_lift() = "admin.pause.lift";
        pause_lifted() = "admin.pause.lifted";

        reason_missing() = "admin.reason.missing";

        overview_acts() = "admin.overview.acts";
        overview_acts_desc() = "admin.overview.actsDesc";
        overview_none() = "admin.overview.none";
        overview_more() = "admin.overview.more";
        overview_day() = "admin.overview.day";
        overview_states() = "admin.overview.states";
        overview_states_desc() = "admin.overview.statesDesc";
        overview_attention() = "admin.overview.attention";
        overview_fine() = "admin.overview.fine";
        overview_ending_soon(count) = "admin.overview.endingSoon";
        overview_accounts_gone(count) = "admin.overview.accountsGone";
        overview_failing() = "admin.overview.failing";
        overview_show() = "admin.overview.show";
        overview_show_activity() = "admin.overview.showActivity";

        state_none() = "admin.state.none";
        state_active() = "admin.state.active";
        state_expired() = "admin.state.expired";
        state_revoked() = "admin.state.revoked";
        state_invalidated() = "admin.state.invalidated";
        state_ends_soon() = "admin.state.endsSoon";
        because_expired() = "admin.because.expired";
        because_by_person() = "admin.because.byPerson";
        because_by_admin() = "admin.because.byAdmin";
        because_deactivated() = "admin.because.deactivated";
        because_closed() = "admin.because.closed";
        because_unfit() = "admin.because.unfit";
        because_access() = "admin.because.access";
        because_app() = "admin.because.app";
        because_notice() = "admin.because.notice";
        because_policy() = "admin.because.policy";

        filter_search() = "admin.filter.search";
        filter_state() = "admin.filter.state";
        filter_access() = "admin.filter.access";
        filter_sort() = "admin.filter.sort";
        filter_any() = "admin.filter.any";
        filter_clear() = "admin.filter.clear";
        sort_newest() = "admin.sort.newest";
        sort_oldest() = "admin.sort.oldest";
        sort_ends_first() = "admin.sort.endsFirst";
        sort_ends_last() = "admin.sort.endsLast";
        sort_state() = "admin.sort.state";
        sort_access() = "admin.sort.access";
        list_person() = "admin.list.person";
        list_since() = "admin.list.since";
        list_until() = "admin.list.until";
        list_last_used() = "admin.list.lastUsed";
        list_acts() = "admin.list.acts";
        list_never_used() = "admin.list.neverUsed";
        list_none() = "admin.list.none";
        list_none_hint() = "admin.list.noneHint";
        list_no_match() = "admin.list.noMatch";
        list_range(first, last, total) = "admin.list.range";
        list_previous() = "admin.list.previous";
        list_next() = "admin.list.next";
        list_open(name) = "admin.list.open";

        select_one(name) = "admin.select.one";
        select_page() = "admin.select.page";
        select_all(total) = "admin.select.all";
        select_count(count) = "admin.select.count";
        select_clear() = "admin.select.clear";

        revoke_one() = "admin.revoke.one";
        revoke_selected() = "admin.revoke.selected";
        revoke_question(count) = "admin.revoke.question";
        revoke_question_one(name) = "admin.revoke.questionOne";
        revoke_text() = "admin.revoke.text";
        revoke_reason() = "admin.revoke.reason";
        revoke_now() = "admin.revoke.now";
        revoke_keep() = "admin.revoke.keep";
        revoke_progress(done, total) = "admin.revoke.progress";
        revoke_stop() = "admin.revoke.stop";
        revoke_go_on() = "admin.revoke.goOn";
        revoke_stopped(left) = "admin.revoke.stopped";
        revoke_finished(done) = "admin.revoke.finished";
        revoke_not_done() = "admin.revoke.notDone";
        not_no_consent(count) = "admin.not.noConsent";
        not_ended_before(count) = "admin.not.endedBefore";
        not_changed(count) = "admin.not.changed";
        not_failed(count) = "admin.not.failed";
        not_has_consented(count) = "admin.not.hasConsented";
        not_account(count) = "admin.not.account";

        detail_back() = "admin.detail.back";
        detail_terms() = "admin.detail.terms";
        detail_ended() = "admin.detail.ended";
        detail_note() = "admin.detail.note";
        detail_notice() = "admin.detail.notice";
        detail_events() = "admin.detail.events";
        detail_no_events() = "admin.detail.noEvents";
        detail_schedules() = "admin.detail.schedules";
        detail_no_schedules() = "admin.detail.noSchedules";
        detail_activity() = "admin.detail.activity";
        detail_never() = "admin.detail.never";
        detail_changed() = "admin.detail.changed";
        event_granted() = "admin.event.granted";
        event_renewed() = "admin.event.renewed";
        event_revoked() = "admin.event.revoked";
        event_expired() = "admin.event.expired";
        event_invalidated() = "admin.event.invalidated";
        event_by_admin(what, name) = "admin.event.byAdmin";
        event_until(moment) = "admin.event.until";
        event_reason(reason) = "admin.event.reason";

        ask_heading() = "admin.ask.heading";
        ask_hint(app) = "admin.ask.hint";
        ask_search() = "admin.ask.search";
        ask_found(count) = "admin.ask.found";
        ask_nobody_found() = "admin.ask.nobodyFound";
        ask_chosen() = "admin.ask.chosen";
        ask_none_chosen() = "admin.ask.noneChosen";
        ask_add(name) = "admin.ask.add";
        ask_add_this() = "admin.ask.addThis";
        ask_note() = "admin.ask.note";
        ask_send() = "admin.ask.send";
        ask_sent(count) = "admin.ask.sent";
        ask_not_asked() = "admin.ask.notAsked";
        ask_list() = "admin.ask.list";
        ask_none() = "admin.ask.none";
        ask_by(name, moment) = "admin.ask.by";
        ask_declined(moment) = "admin.ask.declined";
        ask_waiting() = "admin.ask.waiting";
        ask_take_back() = "admin.ask.takeBack";
        ask_taken_back() = "admin.ask.takenBack";

        policy_lead(site) = "admin.policy.lead";
        policy_longest() = "admin.policy.longest";
        policy_access() = "admin.policy.access";
        policy_read_only() = "admin.policy.readOnly";
        policy_groups() = "admin.policy.groups";
        policy_everybody() = "admin.policy.everybody";
        policy_members() = "admin.policy.members";
        policy_search_groups() = "admin.policy.searchGroups";
        policy_groups_found(count) = "admin.policy.groupsFound";
        policy_no_group() = "admin.policy.noGroup";
        policy_own_schedules() = "admin.policy.ownSchedules";
        policy_own_schedules_hint() = "admin.policy.ownSchedulesHint";
        policy_rest() = "admin.policy.rest";
        policy_rest_hint() = "admin.policy.restHint";
        policy_activity_days() = "admin.policy.activityDays";
        policy_effects() = "admin.policy.effects";
        policy_no_effects() = "admin.policy.noEffects";
        policy_incomplete() = "admin.policy.incomplete";
        policy_end_now(count) = "admin.policy.endNow";
        policy_end_earlier(count) = "admin.policy.endEarlier";
        policy_lose_writing(count) = "admin.policy.loseWriting";
        policy_refused(count) = "admin.policy.refused";
        policy_look() = "admin.policy.look";
        policy_save() = "admin.policy.save";
        policy_saved() = "admin.policy.saved";
        policy_other_title() = "admin.policy.other.title";
        policy_other_text() = "admin.policy.other.text";
        policy_other_take() = "admin.policy.other.take";
        policy_yes() = "admin.policy.yes";
        policy_no() = "admin.policy.no";
        policy_all() = "admin.policy.all";

        activity_person() = "admin.activity.person";
        activity_result() = "admin.activity.result";
        activity_from() = "admin.activity.from";
        activity_to() = "admin.activity.to";
        activity_schedule(title) = "admin.activity.schedule";
        activity_none() = "admin.activity.none";
        activity_no_match() = "admin.activity.noMatch";
        activity_no_answer() = "admin.activity.noAnswer";
        activity_settled() = "admin.activity.settled";
        activity_as_app(app) = "admin.activity.asApp";

        schedules_none() = "admin.schedules.none";
        schedules_own_space(title) = "admin.schedules.ownSpace";
        schedules_paused_itself(app) = "admin.schedules.pausedItself";
        schedules_last_run(moment) = "admin.schedules.lastRun";

        audit_none() = "admin.audit.none";
        audit_lead() = "admin.audit.lead";
        audit_revoked(admin, person, reason) = "admin.audit.revoked";
        audit_asked(admin, person) = "admin.audit.asked";
        audit_took_back(admin, person) = "admin.audit.tookBack";
        audit_policy(admin) = "admin.audit.policy";
        audit_change(what, from, to) = "admin.audit.change";
        audit_paused(admin, reason) = "admin.audit.paused";
        audit_lifted(admin) = "admin.audit.lifted";
        audit_exported_consents(admin) = "admin.audit.exportedConsents";
        audit_exported_activity(admin) = "admin.audit.exportedActivity";
        audit_was_longest() = "admin.audit.was.longest";
        audit_was_activity_days() = "admin.audit.was.activityDays";
        audit_was_own_schedules() = "admin.audit.was.ownSchedules";
        audit_was_rest() = "admin.audit.was.rest";

        export_as(format) = "admin.export.as";
        export_done(name) = "admin.export.done";

        why_none() = "admin.why.none";
        why_revoked() = "admin.why.revoked";
        why_expired() = "admin.why.expired";
        why_read_only() = "admin.why.readOnly";
        why_invalidated() = "admin.why.invalidated";
        why_account() = "admin.why.account";
        why_paused() = "admin.why.paused";
        why_policy() = "admin.why.policy";
        why_not_accepted() = "admin.why.notAccepted";
        why_not_permitted() = "admin.why.notPermitted";
        why_not_found() = "admin.why.notFound";
        why_down() = "admin.why.down";
        why_unknown() = "admin.why.unknown";
    }
    parts {}
}
