// The notifications of this device follow what the page knows: what is over, read or on the screen is taken away, and a
// ring that was answered by its notification is answered here.
import type { ServerFrame } from '../api/types';
import { answerPressed } from '../call';
import { onFrame } from '../live/socket';
import { navigate } from '../router.svelte';
import { hearWorker, tellLanguage, tellWorker, whatWasPressed } from './talk';

/** Begins, once somebody is signed in and calls are installed. */
export function startNotifications(): void {
  hearWorker(navigate, () => void answer());
  void answer();
  void tellLanguage();
  onFrame(follow);
  document.addEventListener('visibilitychange', opened);
  opened();
}

async function answer(): Promise<void> {
  const pressed = await whatWasPressed();
  if (pressed) answerPressed(pressed.call, pressed.caller);
}

function opened(): void {
  if (document.visibilityState === 'visible') void tellWorker({ type: 'opened' });
}

function follow(frame: ServerFrame): void {
  switch (frame.type) {
    case 'ring_stopped':
    case 'call_started':
    case 'call_ended':
      void tellWorker({ type: 'rings_no_more', call: frame.call });
      break;
    case 'entry_changed':
      if (frame.entry.body.type === 'deleted') {
        void tellWorker({ type: 'message_gone', handle: frame.with, seq: frame.entry.seq });
      }
      break;
    case 'read':
      if (frame.unread === 0) void tellWorker({ type: 'read', handle: frame.with });
      break;
  }
}
