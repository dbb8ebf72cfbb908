// All words that people see. Another language is another folder of the same type.
import { people } from './en/people';

export const words = { people };
