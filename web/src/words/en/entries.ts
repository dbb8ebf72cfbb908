import type { EntryBody } from '../../api/types';
import { inLtr } from '../bidi.pure';
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

export const entries = {
  inShort,
  /** After the time of a message that its author changed. */
  edited: 'Edited',
  editedAt: (moment: string) => `Edited ${moment}`,
  menu: {
    open: 'More about this entry',
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
};
