// A language in the making: what it does not say yet, English says.

/** Words of a language, some of which may be missing. */
export type Draft<T> = T extends (...values: never[]) => unknown
  ? T
  : T extends readonly unknown[]
    ? T
    : T extends object
      ? { [Key in keyof T]?: Draft<T[Key]> }
      : T;

const isArea = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The draft, with the words it lacks from a whole language. */
export function filled<T>(whole: T, draft: Draft<T>): T {
  if (!isArea(whole) || !isArea(draft)) return (draft ?? whole) as T;
  const keys = [...new Set([...Object.keys(whole), ...Object.keys(draft)])];
  return Object.fromEntries(keys.map((key) => [key, filled(whole[key], draft[key] as never)])) as T;
}
