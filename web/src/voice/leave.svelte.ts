// "Leave a voice message", pressed somewhere else: the conversation opens, and its recorder with it.
import { navigate } from '../router.svelte';

/** To whom; the composer of that conversation takes it. */
export const leaving = $state<{ to: string | undefined }>({ to: undefined });

/** Goes to where a voice message is recorded. */
export function leaveVoice(to: string): void {
  leaving.to = to;
  navigate(`/messages/${to}`);
}
