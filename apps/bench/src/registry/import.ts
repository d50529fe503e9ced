import { createRequire } from 'node:module';
import { residentBytes } from '../meter.ts';
import { runSubject } from '../subject.ts';

// What it costs a process to load a second file where it has loaded the first one already. A difference
// of what two processes took would be noise.
runSubject(async ([first = '', second = '']) => {
  const require = createRequire(__filename);
  require(first);
  const before = await residentBytes();
  const begun = performance.now();
  require(second);
  const timeMs = performance.now() - begun;
  return { timeMs, bytes: (await residentBytes()) - before };
});
