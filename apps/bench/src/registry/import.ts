import { createRequire } from 'node:module';
import { residentBytes } from '../meter.ts';
import { runSubject } from '../subject.ts';

// What it costs a process to load the file it is given.
runSubject(async ([file = '']) => {
  const require = createRequire(__filename);
  const before = await residentBytes();
  const begun = performance.now();
  require(file);
  const timeMs = performance.now() - begun;
  return { timeMs, bytes: (await residentBytes()) - before };
});
