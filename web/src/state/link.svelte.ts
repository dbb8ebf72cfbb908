// Whether the line is up, as people should see it: short gaps are not worth a word.
import { WORTH_SAYING } from '../live/link.pure';
import { onLink } from '../live/socket';

let line = $state<'up' | 'down'>('up');
let timer: ReturnType<typeof setTimeout> | undefined;

/** The line, for whoever draws it. */
export const linkState = {
  get down() {
    return line === 'down';
  },
};

/** Begins to watch. */
export function watchLink(): void {
  onLink((online) => {
    clearTimeout(timer);
    if (online) line = 'up';
    else
      timer = setTimeout(() => {
        line = 'down';
      }, WORTH_SAYING);
  });
}
