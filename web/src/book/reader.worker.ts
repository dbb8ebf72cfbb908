// Reads a vCard file beside the page, piece by piece, so that the page stays quick and a file of any size takes little
// memory. Telephone numbers, birthdays and pictures of others never get further than here.
import { MAX_CARDS } from './import.pure';
import type { FromReader, ToReader } from './reader';
import { CardReader, type Contact } from './vcard.pure';

const PIECE = 256 * 1_024;

const answer = (message: FromReader) => postMessage(message);

addEventListener('message', ({ data: { file, origin } }: MessageEvent<ToReader>) => void read(file, origin));

async function read(file: Blob, origin: string): Promise<void> {
  try {
    const reader = new CardReader(origin);
    const contacts: Contact[] = [];
    for (let at = 0; at < file.size && contacts.length < MAX_CARDS; at += PIECE) {
      const bytes = await file.slice(at, at + PIECE).arrayBuffer();
      contacts.push(...reader.push(new Uint8Array(bytes)));
      answer({ type: 'progress', cards: contacts.length });
    }
    contacts.push(...reader.end());
    answer({ type: 'done', contacts: contacts.slice(0, MAX_CARDS) });
  } catch {
    answer({ type: 'failed' });
  }
}
