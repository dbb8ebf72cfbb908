// A push, by what it says.
import type { PushMessage } from '../../api/types';
import { messageNote, testNote, unknownNote } from '../notes.pure';
import { pushedGone } from './messages';
import { ring, stopped, tellMissed } from './rings';
import { nameOf, sayTest, serverNow } from './server';
import { badge, show } from './show';

/** Does what a push asks for. It is over when there is nothing left to do, so that the browser lets the worker live. */
export async function push(data: PushMessageData | null): Promise<void> {
  const message = read(data);
  if (!message) return show(unknownNote);
  if (typeof message.app_badge === 'number') await badge(message.app_badge);
  const { birdcall } = message;
  switch (birdcall.type) {
    case 'ring':
      return ring(birdcall);
    case 'ring_stopped':
      return stopped(birdcall);
    case 'missed':
      return tellMissed(birdcall);
    case 'message': {
      const { from, seq, text, voice, picture } = birdcall;
      const name = await nameOf(from);
      return show((words) => {
        const other = typeof voice === 'number' ? words.voice(voice) : picture ? words.picture : words.message;
        return messageNote(from, seq, name, text ?? other);
      });
    }
    case 'message_gone':
      return pushedGone(birdcall.from, birdcall.seq);
    case 'test':
      await show((words) => testNote(words, birdcall.test, serverNow() >= birdcall.deadline));
      return sayTest(birdcall.test, 'shown');
    default:
      return show(unknownNote);
  }
}

/** What only our server can have written: the push service cannot read it, let alone change it (RFC 8291). */
function read(data: PushMessageData | null): PushMessage | undefined {
  try {
    const message = data?.json() as Partial<PushMessage> | undefined;
    return typeof message?.birdcall?.type === 'string' ? (message as PushMessage) : undefined;
  } catch {
    return undefined;
  }
}
