// Runs in a pod: calls CALL_URL again and again and says every second what came of it so far.
const url = process.env['CALL_URL'] ?? '';
const count = { answered: 0, failed: 0, longestSilenceMs: 0, lastFailure: '' };
let heard = performance.now();

async function callForever(): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${response.status} ${text}`);
      const silenceMs = Math.round(performance.now() - heard);
      count.longestSilenceMs = Math.max(count.longestSilenceMs, silenceMs);
      count.answered++;
      heard = performance.now();
    } catch (error) {
      count.failed++;
      count.lastFailure = `${new Date().toISOString()} ${error}`;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (let caller = 0; caller < 4; caller++) void callForever();
setInterval(() => process.stdout.write(`${JSON.stringify(count)}\n`), 1_000);
