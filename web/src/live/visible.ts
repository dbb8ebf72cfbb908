// Tells the server whether somebody can see this page: a page behind others does not count as a ring that is shown.
import { onLink, send } from './socket';

/** Begins to tell, now and after each change. */
export function tellVisible(): void {
  const tell = () => send({ type: 'visible', visible: document.visibilityState === 'visible' });
  document.addEventListener('visibilitychange', tell);
  onLink((online) => {
    if (online) tell();
  });
}
