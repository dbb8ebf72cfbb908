// Audio first: on a poor network the picture goes and the sound stays, both sides are told, and the picture comes back.

import { audioFirst } from '../harness/net/audio-first.mjs';
import { town } from '../harness/net/town.mjs';

const test = town();

test('a picture that does not fit is held back, with a word on both screens, and comes back', audioFirst);
