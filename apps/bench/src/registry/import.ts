import { createRequire } from 'node:module';
import { residentBytes } from '../meter.ts';
import { runSubject } from '../subject.ts';

// What it costs a process to load a second file above the first one, which it has loaded already: of
// two processes the difference would be noise.
runSubject(async ([first = '', second = '']) => {
  const require = createRequire(__filename);
  const load = (file: string): number => {
    const begun = performance.now();
    require(file);
    return performance.now() - begun;
  };
  load(first);
  const before = await residentBytes();
  // Again, for any file has to be found and read.
  delete require.cache[first];
  const anyMs = load(first);
  const timeMs = load(second) - anyMs;
  return { timeMs, bytes: (await residentBytes()) - before };
});
