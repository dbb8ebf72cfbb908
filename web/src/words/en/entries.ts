import type { Code, EntryBody, Quote } from '../../api/types';
import { inLtr } from '../bidi.pure';
import { callInWords } from './call-words.pure';
import { time } from './time.pure';

/** What stands in a conversation, in one line. Calls have words of their own. */
function inShort(body: Exclude<EntryBody, { type: 'call' }>): string {
  switch (body.type) {
    case 'message':
      return body.text;
    case 'voice':
      return `Voice message, ${time.length(body.seconds)}`;
    case 'picture':
      return body.text == null ? 'Picture' : `Picture: ${inLtr(body.text)}`;
    case 'deleted':
      return 'This message was deleted';
  }
}

/** What another message answers, in one line. */
function quoted({ from, body }: Quote, me: string): string {
  if (body.type === 'call') return callInWords(from === me ? 'caller' : 'callee', body);
  return body.type === 'deleted' ? 'Deleted message' : inShort(body);
}

const list = new Intl.ListFormat('en-GB');

export const entries = {
  inShort,
  quoted,
  /** An entry as a whole. */
  by: (who: string, at: string) => `${inLtr(who)}, ${at}`,
  /** After the time of a message that its author changed. */
  edited: 'Edited',
  editedAt: (moment: string) => `Edited ${moment}`,
  menu: {
    open: 'More about this entry',
    reply: 'Reply',
    copy: 'Copy text',
    edit: 'Edit',
    deleteForMe: 'Delete for me',
    deleteForBoth: 'Delete for both of us',
  },
  copied: 'Text copied.',
  notCopied: 'Your browser did not allow to copy that.',
  deletedForMe: 'Deleted for you.',
  deletedForBoth: 'Deleted for both of you.',
  editing: {
    title: 'Edit message',
    save: 'Save',
    cancel: 'Cancel editing',
    notSaved: (why: string) => `Not changed: ${why}`,
    saved: 'Message changed.',
  },
  reply: {
    title: (who: string) => `Reply to ${inLtr(who)}`,
    yourself: 'Reply to yourself',
    cancel: 'Cancel reply',
    answers: (who: string | undefined, said: string) =>
      who === undefined ? `In reply to: ${said}` : `In reply to ${inLtr(who)}: ${inLtr(said)}`,
    notFound: 'That message is not here any more.',
  },
  reactions: {
    title: 'Reactions',
    choose: 'Choose a reaction',
    with: (emoji: string) => `React with ${emoji}`,
    takeBack: (emoji: string) => `Take back ${emoji}`,
    more: 'More emoji',
    type: 'Or type an emoji',
    use: 'React',
    none: 'That is not one emoji.',
    you: 'You',
    by: (emoji: string, who: readonly string[]) =>
      `${emoji} ${who.length > 1 ? `${who.length}: ` : ''}${list.format(who.map(inLtr))}`,
  },
  pictures: {
    choose: 'Send a picture',
    chosen: 'Picture to send',
    alt: 'Describe the picture',
    altHint: 'For people who do not see it.',
    caption: 'Add a caption',
    remove: 'Remove picture',
    send: 'Send picture',
    drop: 'Drop the picture to send it',
    bad: 'This picture cannot be opened. JPEG, PNG and WebP can be sent.',
    own: (alt: string | undefined) => (alt === undefined ? 'Your picture' : `Your picture: ${inLtr(alt)}`),
    from: (name: string, alt: string | undefined) =>
      alt === undefined ? `Picture from ${inLtr(name)}` : `Picture from ${inLtr(name)}: ${inLtr(alt)}`,
    open: (label: string) => `Open ${label}`,
    loading: 'Loading the picture',
    failed: 'The picture could not be loaded.',
    withheld: 'Pictures are shown once you accept the request.',
    progress: 'Sent so far',
    stop: 'Stop sending',
    larger: 'Zoom in',
    smaller: 'Zoom out',
    save: 'Save picture',
    file: (handle: string, seq: number) => `birdcall-${handle}-${seq}.jpg`,
    notSent: (code: Code | 'unreachable'): string => {
      if (code === 'bad_picture') return 'This picture cannot be read';
      if (code === 'too_large') return 'This picture is too large';
      if (code === 'full') return 'You have sent too many pictures. Delete some first';
      if (code === 'unreachable') return 'The server cannot be reached';
      if (code === 'too_many') return 'Too many pictures at once';
      return '';
    },
  },
};
