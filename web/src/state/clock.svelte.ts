// The minute, for words such as "Yesterday" that go stale while a page stays open.
import { serverNow } from '../live/socket';

let minute = $state(serverNow());

setInterval(() => {
  minute = serverNow();
}, 60_000);

/** Where the reader is in time. Whatever is drawn with it is drawn again each minute. */
export const here = {
  get now() {
    return minute;
  },
};
