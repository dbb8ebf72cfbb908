// What to do about media that is not up, by the clock alone (C-19). The peer connection only does as it is told.

import type { Active, Connecting, Effect, Loss } from './state.pure';

/** Wi-Fi and phones lose packets for a moment all the time: higher leaves more gaps, lower restarts for nothing. */
export const SELF_HEAL = 2_000;
/** A first connection has this long before ICE is restarted; slow phones need seconds to gather. */
export const FIRST_PATIENCE = 10_000;
/** Between two restarts; less would cut off checks that are still running. */
export const RESTART_EVERY = 6_000;
/** Without media for this long at first, the server is told that there is none. Below its own limit, so that it hears
 * the reason. */
export const GIVE_UP = 28_000;
/** The same for people who have talked: longer than a laptop sleeps that is closed and opened again, and than the other
 * side may be without the server (C-19). Lowering it ends calls that would have come back. */
export const GIVE_UP_TALK = 75_000;
/** How long the server may take to end the call after that. */
export const TOLD_PATIENCE = 6_000;
/** The server keeps a call for 60 s without signalling (C-19); a little more, because its clock starts later. */
export const OFFLINE_LIMIT = 65_000;
/** Times the whole media is started over when signalling has lost step. */
export const MAX_REJOINS = 2;

/** Media of a new epoch is being set up. */
export function settingUp(now: number): Loss {
  return { since: now, tries: 0, next: now + FIRST_PATIENCE, told: null };
}

/** The connection reports `disconnected`, or `failed`, which never heals by itself. */
export function lost(before: Loss | null, failed: boolean, now: number): Loss {
  const next = failed ? now : now + SELF_HEAL;
  if (before) return { ...before, next: Math.min(before.next, next) };
  return { since: now, tries: 0, next, told: null };
}

/** The link came back, or the network changed: try at once, and give it the full time again. */
export function retry<T extends Connecting | Active>(talk: T, now: number, out: Effect[]): T {
  const { loss, epoch } = talk;
  out.push({ type: 'restart_ice', epoch, sure: loss !== null });
  if (loss === null) return talk;
  return { ...talk, loss: { since: now, tries: loss.tries + 1, next: now + RESTART_EVERY, told: null } };
}

function giveUpAt(phase: 'connecting' | 'active', loss: Loss): number {
  return loss.since + (phase === 'active' ? GIVE_UP_TALK : GIVE_UP);
}

/** What time asks for; without a link nothing would reach the other side, so nothing is tried. */
export function recover(talk: Connecting | Active, online: boolean, now: number, out: Effect[]): Loss | null | 'over' {
  const { loss, call, epoch } = talk;
  if (!loss || !online) return loss;
  if (loss.told !== null) return now >= loss.told + TOLD_PATIENCE ? 'over' : loss;
  if (now >= giveUpAt(talk.phase, loss)) {
    out.push({ type: 'send', frame: { type: 'call_media_failed', call, epoch } });
    return { ...loss, told: now };
  }
  if (now >= loss.next) {
    out.push({ type: 'restart_ice', epoch, sure: true });
    return { ...loss, tries: loss.tries + 1, next: now + RESTART_EVERY };
  }
  return loss;
}

/** When `recover` wants to be asked again. */
export function recoverAt({ phase, loss }: Connecting | Active): number | null {
  if (!loss) return null;
  return loss.told !== null ? loss.told + TOLD_PATIENCE : Math.min(loss.next, giveUpAt(phase, loss));
}
