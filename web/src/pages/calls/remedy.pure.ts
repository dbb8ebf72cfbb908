// What to do about a call that did not ring: which press would have let it, and what that opens besides (C-2 to C-4).
import type { Audience, Calling, CallRule, Quiet, UnrungReason } from '../../api/types';

/** One press. `allow` ticks boxes of the audience; with `add` the caller also goes into the address book. */
export type Remedy =
  | { readonly type: 'unblock' | 'switch_on' | 'lift' | 'add' | 'follow' | 'let_through' }
  | { readonly type: 'allow'; readonly box: keyof Audience; readonly add: boolean };

/** How one stands to the caller, and to calls, now. */
export interface Standing {
  readonly calling: Calling;
  readonly quiet: Quiet;
  readonly blocked: boolean;
  readonly following: boolean;
  readonly inAddressBook: boolean;
  readonly verified: boolean;
  readonly letThrough: boolean;
  /** One's exception for the caller. */
  readonly rule: CallRule | undefined;
}

/** What keeps the caller from ringing now, as the gate looks at it. */
export type Obstacle = 'blocked' | 'off' | 'exception' | 'audience' | 'do_not_disturb';

/** The caller's box, if any is ticked. */
function fits({ calling: { audience }, following, inAddressBook, verified, rule }: Standing): boolean {
  return (
    rule === 'always' ||
    audience.everyone ||
    (audience.address_book && inAddressBook) ||
    (audience.following && following) ||
    (audience.verified && verified)
  );
}

/** Whether the switch of do not disturb is on now. */
export function switchedOn(quiet: Quiet, now: number): boolean {
  return quiet.on && (quiet.until == null || quiet.until > now);
}

/**
 * What stands in the way now; nothing if the next call would ring. A schedule counts only where it kept this call from
 * ringing: it would do so again, even if it does not at this minute.
 */
export function obstacle(reason: UnrungReason, standing: Standing, now: number): Obstacle | undefined {
  if (standing.blocked) return 'blocked';
  if (!standing.calling.enabled) return 'off';
  if (standing.rule === 'never') return 'exception';
  if (!fits(standing)) return 'audience';
  if (standing.letThrough) return undefined;
  if (switchedOn(standing.quiet, now)) return 'do_not_disturb';
  return reason === 'do_not_disturb' && standing.quiet.hours != null ? 'do_not_disturb' : undefined;
}

/** The presses that take the obstacle away: the one that opens least first. */
export function remedies(against: Obstacle, standing: Standing): Remedy[] {
  switch (against) {
    case 'blocked':
      return [{ type: 'unblock' }];
    case 'off':
      return [{ type: 'switch_on' }];
    case 'exception':
      return [{ type: 'lift' }];
    case 'do_not_disturb':
      return [{ type: 'let_through' }];
    case 'audience':
      return ofAudience(standing);
  }
}

function ofAudience({ calling: { audience }, following, inAddressBook, verified }: Standing): Remedy[] {
  const found: Remedy[] = [];
  // For this caller alone. The address book first: nobody learns of it, while following may make calls direct (P-1).
  if (audience.address_book) found.push({ type: 'add' });
  if (audience.following) found.push({ type: 'follow' });
  // For the groups that the caller is in already.
  if (inAddressBook) found.push({ type: 'allow', box: 'address_book', add: false });
  if (following) found.push({ type: 'allow', box: 'following', add: false });
  if (!audience.address_book && !inAddressBook) found.push({ type: 'allow', box: 'address_book', add: true });
  if (verified) found.push({ type: 'allow', box: 'verified', add: false });
  found.push({ type: 'allow', box: 'everyone', add: false });
  return found;
}

/** How one stands after the press. */
export function after(remedy: Remedy, standing: Standing): Standing {
  const { calling } = standing;
  switch (remedy.type) {
    case 'unblock':
      return { ...standing, blocked: false };
    case 'switch_on':
      return { ...standing, calling: { ...calling, enabled: true } };
    case 'add':
      return { ...standing, inAddressBook: true };
    case 'follow':
      return { ...standing, following: true };
    case 'lift':
      return { ...standing, rule: undefined };
    case 'let_through':
      return { ...standing, letThrough: true };
    case 'allow': {
      const audience = { ...calling.audience, [remedy.box]: true };
      const inAddressBook = standing.inAddressBook || remedy.add;
      return { ...standing, calling: { ...calling, audience }, inAddressBook };
    }
  }
}
