// A notification of a message that its author has deleted since.
import { goneNote } from '../notes.pure';
import { mustShow, show, shown, withdraw } from './show';

/** Takes it away, unless it shows a newer message by now. */
export async function messageGone(from: string, seq: number): Promise<void> {
  await withdraw((meaning) => meaning.type === 'message' && meaning.from === from && meaning.seq === seq);
}

/** The same, asked for by a push: where each of those has to show something, a word stands in its place. */
export async function pushedGone(from: string, seq: number): Promise<void> {
  const now = await shown(`message-${from}`);
  await messageGone(from, seq);
  if (mustShow && (now?.type !== 'message' || now.seq <= seq)) await show((words) => goneNote(words, from));
}
