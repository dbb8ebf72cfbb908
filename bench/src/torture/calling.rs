//! The calls that a device knows of, and what its person will press in each, and when. A value: what is heard goes in,
//! what is due comes out.

use birdcall_protocol::CallId;
use birdcall_protocol::call::{CallView, Phase, Role};
use rand::{RngExt, rngs::StdRng};
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

/// What a person presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Button {
    Accept,
    Decline,
    Cancel,
    HangUp,
}

impl Button {
    /// The frame's type.
    pub(super) fn frame(self) -> &'static str {
        match self {
            Self::Accept => "call_accept",
            Self::Decline => "call_decline",
            Self::Cancel => "call_cancel",
            Self::HangUp => "call_hang_up",
        }
    }
}

/// How long media may take before somebody loses patience.
const NO_MEDIA: Duration = Duration::from_secs(8);

/// How soon what had no effect is pressed again.
const AGAIN: Duration = Duration::from_secs(3);

/// A call that goes on.
#[derive(Debug, Clone, Copy)]
struct Ongoing {
    /// It rings here, and nobody has answered.
    rings: bool,
    press: Option<(Instant, Button)>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Calls {
    ongoing: BTreeMap<CallId, Ongoing>,
    over: HashSet<CallId>,
}

impl Calls {
    /// Nothing goes on.
    pub(super) fn is_empty(&self) -> bool {
        self.ongoing.is_empty()
    }

    fn put(&mut self, call: CallId, rings: bool, press: Option<(Instant, Button)>) {
        if !self.over.contains(&call) {
            self.ongoing.insert(call, Ongoing { rings, press });
        }
    }

    /// It rings here: some answer, some decline, some do not hear it.
    pub(super) fn rings(&mut self, call: CallId, now: Instant, random: &mut StdRng) {
        let after = Duration::from_millis(random.random_range(200..2_000));
        let press = match random.random_range(0..20) {
            0..=12 => Some((now + after, Button::Accept)),
            13..=15 => Some((now + after, Button::Decline)),
            _ => None,
        };
        self.put(call, true, press);
    }

    /// One has called: some do not wait.
    pub(super) fn called(&mut self, view: &CallView, now: Instant, random: &mut StdRng) {
        let after = Duration::from_millis(random.random_range(100..4_000));
        match (view.phase, view.role) {
            (Phase::Ringing, Role::Caller) => {
                let gives_up = random.random_range(0..4) == 0;
                let press = gives_up.then_some((now + after, Button::Cancel));
                self.put(view.call, false, press);
            }
            (Phase::Ringing, Role::Callee) | (Phase::Ended, _) => {}
            (Phase::Connecting | Phase::Active, _) => {
                self.put(view.call, false, Some((now + NO_MEDIA, Button::HangUp)));
            }
        }
    }

    /// Media is to be set up.
    pub(super) fn started(&mut self, call: CallId, now: Instant) {
        self.put(call, false, Some((now + NO_MEDIA, Button::HangUp)));
    }

    /// It is up.
    pub(super) fn active(&mut self, call: CallId, now: Instant, random: &mut StdRng) {
        let talk = Duration::from_millis(random.random_range(200..4_000));
        self.put(call, false, Some((now + talk, Button::HangUp)));
    }

    /// It is over, or rings here no more.
    pub(super) fn is_over(&mut self, call: CallId) {
        self.ongoing.remove(&call);
        self.over.insert(call);
    }

    /// A press was refused: it came too late, or is not for this device.
    pub(super) fn refused(&mut self, call: CallId, code: &str, now: Instant) {
        match (code, self.ongoing.get_mut(&call)) {
            // It was answered elsewhere, or here.
            ("out_of_turn", Some(one)) if !one.rings => one.press = Some((now, Button::HangUp)),
            ("out_of_turn" | "call_over" | "not_found" | "already_in_call", _) => {
                self.ongoing.remove(&call);
            }
            _ => {}
        }
    }

    /// A socket was welcomed with these: all others are over, or ring anew in a moment. Which of them the device is in.
    pub(super) fn welcomed(
        &mut self,
        views: &[CallView],
        now: Instant,
        random: &mut StdRng,
    ) -> Vec<CallId> {
        let before = std::mem::take(&mut self.ongoing);
        let mut here = Vec::new();
        for view in views.iter().filter(|view| view.here) {
            if matches!(view.phase, Phase::Connecting | Phase::Active) {
                here.push(view.call);
            }
            match before.get(&view.call).filter(|one| one.press.is_some()) {
                Some(one) => self.put(view.call, false, one.press),
                None => self.called(view, now, random),
            }
        }
        here
    }

    /// Everybody comes to an end with what is going on.
    pub(super) fn hurry(&mut self, now: Instant) {
        for one in self.ongoing.values_mut().filter(|one| one.press.is_none()) {
            let button = if one.rings {
                Button::Decline
            } else {
                Button::Cancel
            };
            one.press = Some((now, button));
        }
    }

    /// What is to be pressed by now. It is pressed again later, unless it turns out to have had an effect.
    pub(super) fn due(&mut self, now: Instant) -> Vec<(CallId, Button)> {
        let mut due = Vec::new();
        for (call, one) in &mut self.ongoing {
            if let Some((at, button)) = &mut one.press
                && *at <= now
            {
                due.push((*call, *button));
                *at = now + AGAIN;
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn what_was_pressed_is_pressed_again_until_it_is_over() {
        let (mut calls, call) = (Calls::default(), CallId::new(7));
        let now = Instant::now();
        calls.started(call, now);
        assert_eq!(calls.due(now), []);
        let late = now + NO_MEDIA;
        assert_eq!(calls.due(late), [(call, Button::HangUp)]);
        assert_eq!(calls.due(late), []);
        assert_eq!(calls.due(late + AGAIN), [(call, Button::HangUp)]);
        calls.refused(call, "call_over", late);
        assert!(calls.is_empty());
    }

    #[test]
    fn what_is_over_does_not_come_back() {
        let (mut calls, call) = (Calls::default(), CallId::new(7));
        let mut random = StdRng::seed_from_u64(1);
        calls.is_over(call);
        calls.active(call, Instant::now(), &mut random);
        assert!(calls.is_empty());
    }

    #[test]
    fn a_caller_who_is_too_late_to_cancel_hangs_up() {
        let (mut calls, call) = (Calls::default(), CallId::new(7));
        let now = Instant::now();
        calls.put(call, false, None);
        calls.hurry(now);
        assert_eq!(calls.due(now), [(call, Button::Cancel)]);
        calls.refused(call, "out_of_turn", now);
        assert_eq!(calls.due(now), [(call, Button::HangUp)]);
    }
}
