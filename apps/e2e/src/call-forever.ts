// Runs in a pod: calls CALL_URL 50 times a second, whatever becomes of it, and says every second what
// came of it since it last said so.
const url = process.env['CALL_URL'] ?? '';
const everyMs = 20;
const started = performance.now();
let calls = 0;
let seen = { answered: 0, failed: 0, slowestMs: 0, lastFailure: '' };

async function call(dueMs: number): Promise<void> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    seen.answered++;
  } catch (error) {
    seen.failed++;
    seen.lastFailure = `${new Date().toISOString()} ${error}`;
  }
  // From when it was due: a call that had to wait for its turn is slow, too.
  seen.slowestMs = Math.max(seen.slowestMs, Math.round(performance.now() - dueMs));
}

setInterval(() => {
  for (; started + calls * everyMs <= performance.now(); calls++)
    void call(started + calls * everyMs);
}, everyMs / 2);
setInterval(() => {
  process.stdout.write(`${JSON.stringify({ at: Date.now(), ...seen })}\n`);
  seen = { answered: 0, failed: 0, slowestMs: 0, lastFailure: '' };
}, 1_000);
