// The first that runs: it finds the words, and only then the app, so that no part of it ever sees the wrong ones. The
// page names the app's files as well, so both are on their way at the same time.
import './styles/base.css';
import { findWords } from './words';

// No top-level await: the app's file imports from this one, and each would wait for the other.
void findWords()
  .then(() => import('./start'))
  .then(({ start }) => start());
