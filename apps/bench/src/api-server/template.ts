import { type PodTexts, textsInFixture } from './pod.ts';

/** Makes pods in one encoding, all of the same length. */
export type PodTemplate = (texts: PodTexts) => Buffer;

/** Creates a template of one pod's bytes. @throws Error if a text that is to be written over is not in it. */
export function createPodTemplate(pod: Buffer): PodTemplate {
  const text = pod.toString('latin1'); // A character a byte: places in the text are places in the bytes.
  const places = Object.entries(textsInFixture).map(([name, pattern]) => {
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) throw new Error(`expected ${pattern} in the fixture, found none`);
    return {
      // Its key, for that is what the table is keyed by.
      name: name as keyof PodTexts,
      length: found[0]?.[0].length ?? 0,
      offsets: found.map(({ index }) => index),
    };
  });

  return (texts) => {
    const made = Buffer.from(pod);
    for (const { name, length, offsets } of places) {
      const written = texts[name];
      if (written.length !== length)
        throw new RangeError(`expected a ${name} of ${length} characters, got ${written}`);
      for (const offset of offsets) made.write(written, offset, 'latin1');
    }
    return made;
  };
}
