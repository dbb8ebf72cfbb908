// Whether this device rings while the app is closed, and what a person can do about it.

/** What the browser says. */
export interface Facts {
  /** It has service workers, pushes and notifications. */
  readonly able: boolean;
  /** An iPhone or iPad: pushes come to apps on the home screen only. */
  readonly handheldApple: boolean;
  /** Started from the home screen or in a window of its own. */
  readonly standalone: boolean;
  readonly permission: 'default' | 'granted' | 'denied';
  /** There is a subscription, and the server knows it. */
  readonly subscribed: boolean;
}

/**
 * `home_screen`: it can be had once the app is on the home screen. `blocked`: only the browser's own settings can change
 * that.
 */
export type Standing = 'unable' | 'home_screen' | 'off' | 'blocked' | 'on';

/** How it stands. */
export function standingOf(facts: Facts): Standing {
  if (facts.handheldApple && !facts.standalone) return 'home_screen';
  if (!facts.able) return 'unable';
  if (facts.permission === 'denied') return 'blocked';
  return facts.permission === 'granted' && facts.subscribed ? 'on' : 'off';
}

/** Whether to subscribe at a start without a word: browsers drop subscriptions, but not what a person wanted. */
export function renews(facts: Facts, wanted: boolean): boolean {
  return facts.able && facts.permission === 'granted' && wanted;
}

/** An iPhone or iPad, also one that says it is a computer. */
export function isHandheldApple(userAgent: string, touches: number): boolean {
  return /\b(iPhone|iPad|iPod)\b/.test(userAgent) || (/\bMacintosh\b/.test(userAgent) && touches > 1);
}
