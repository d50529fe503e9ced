/** Others have their turn after so much work. */
const turnMs = 4;

/** Resolves when all else that is due has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Passes a body on, chunk by chunk, and gives the event loop back when its reader has worked for some
 * milliseconds: thousands of pods arrive at once, and what else the process does must not wait for all.
 */
export async function* inTurns(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let workedMs = 0;
  for await (const chunk of body) {
    const begunAt = performance.now();
    yield chunk;
    workedMs += performance.now() - begunAt;
    if (workedMs < turnMs) continue;
    workedMs = 0;
    await nextTurn();
  }
}
