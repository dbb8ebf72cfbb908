// Walks and properties begin with the same seed each time, so that a failure is there again at the next run. Another
// seed: BIRDCALL_SEED=7 npm test. A failing property prints its seed and the path to its counterexample.
import fc from 'fast-check';
import { speak } from '../src/words';

const { BIRDCALL_SEED = '20261122' } = process.env;
fc.configureGlobal({ seed: Number(BIRDCALL_SEED) });

// The app runs with the words of a language; tests that name none read English.
await speak('en');
