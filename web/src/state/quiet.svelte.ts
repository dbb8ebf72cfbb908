// "Do not disturb", as it is wanted and as it stands.
import { putQuiet } from '../api/client';
import type { Quiet } from '../api/types';
import { serverNow } from '../live/socket';
import { here } from './clock.svelte';
import { settled, standing } from './quiet.pure';
import { me } from './session.svelte';
import { Wish } from './wish.svelte';

/** Where this device is: a name of the IANA time zone database. A laptop travels while the page stays open. */
export const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

class QuietSettings extends Wish<Quiet> {
  constructor() {
    super(() => me().quiet, putQuiet);
  }

  /** What the switches show. */
  get quiet(): Quiet {
    return this.value;
  }

  /** How things stand, drawn again each minute. */
  get standing() {
    return standing(this.quiet, here.now);
  }

  /** Wants some of it changed. Without hours there is nothing for which the zone counts, so it follows the device. */
  want(change: Partial<Quiet>): Promise<void> {
    const next = { ...settled(this.quiet, serverNow()), ...change };
    return this.set(this.quiet.hours ? next : { ...next, zone: zoneHere() });
  }
}

/** "Do not disturb" of who is signed in. */
export const quietSettings = new QuietSettings();
