// Who can call now, in one sentence.
import type { Calling } from '../../api/types';
import { LOCALE } from './time.pure';

/** "People you follow can call you, once you have written to them." */
export function whoCanCall(calling: Calling): string {
  if (!calling.enabled) return 'Nobody can call you now.';
  const { address_book, following, verified, everyone } = calling.audience;
  if (everyone) return 'Anybody you have written to can call you now.';
  const groups = [
    address_book && 'people in your address book',
    following && 'people you follow',
    verified && 'verified people',
  ].filter((group) => group !== false);
  if (groups.length === 0) return 'Nobody can call you now, because no box is ticked.';
  const list = new Intl.ListFormat(LOCALE).format(groups);
  return `${list.charAt(0).toUpperCase()}${list.slice(1)} can call you now, once you have written to them.`;
}
