// Audio first, where the poor network is a Firefox's: it counts less than Chromium does.

import { audioFirst } from '../harness/net/audio-first.mjs';
import { town } from '../harness/net/town.mjs';

const test = town({ voices: { ann: 'firefox', bob: 'chromium' } });

test('a Firefox holds its picture back as well, and sends it again', audioFirst);
