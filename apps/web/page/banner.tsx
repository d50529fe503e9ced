import type { Live } from './live.ts';
import { useNow } from './use-now.ts';

/** Says why what is shown may not be true any more, and how old it is. */
export function Banner({ live: { connection, heardAt, snapshot } }: { live: Live }) {
  const status = snapshot?.registry.status;
  const lost = connection === 'lost';
  const shown = lost || (status !== undefined && status.state !== 'synced');
  const sinceHeard = Math.max(0, useNow(shown) - heardAt);
  if (!shown) return null;
  if (lost)
    return (
      <p class="banner bad">
        The dashboard does not answer; it is asked again every second.{' '}
        {snapshot && `What is shown is ${seconds(sinceHeard)} old.`}
      </p>
    );
  const { kind, statusMs = 0 } = snapshot?.registry ?? {};
  const reason = status?.reason ?? 'no reason given';
  const age = seconds(statusMs + sinceHeard);
  return status?.state === 'stale' ? (
    <p class="banner bad">
      Registry {kind} can't be reached for {age}; what is shown is as it was before: {reason}
    </p>
  ) : (
    <p class="banner">
      Registry {kind} has not told everything yet, after {age}: {reason}
    </p>
  );
}

function seconds(ms: number): string {
  const whole = Math.round(ms / 1000);
  return whole < 120 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}
