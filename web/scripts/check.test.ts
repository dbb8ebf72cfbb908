// A type check that finds nothing may also be one that looks at nothing. This one has to find an error.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

it('finds a wrong type in a component', () => {
  const check = here('../node_modules/svelte-check/bin/svelte-check');
  const args = [check, '--workspace', here('./fixture'), '--tsconfig', here('./fixture/tsconfig.json')];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stdout).toContain("Type 'string' is not assignable to type 'number'");
  expect(status).toBe(1);
});
