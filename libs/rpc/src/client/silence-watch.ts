import type { Member } from '../balancer/member.ts';
import { Line, type LineOptions } from './line.ts';

/** How often it is looked whether a node has gone silent, while calls are on their way. */
const lookEveryMs = 250;

/** Finds nodes that are hung, among all that calls are on the way to. */
export interface SilenceWatch {
  lineOf(member: Member): Line;
  /** Ends all calls on their way. @param why For those who made them. */
  close(why: string): void;
}

export function createSilenceWatch(options: Omit<LineOptions, 'onBusy'>): SilenceWatch {
  const lines = new WeakMap<Member, Line>();
  const busy = new Set<Line>();
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    for (const line of busy)
      if (line.idle) busy.delete(line);
      else line.check();
    if (busy.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  // One timer at most, and not one a call: it goes on for a moment after the last call.
  const onBusy = (line: Line): void => {
    busy.add(line);
    timer ??= setInterval(look, lookEveryMs).unref();
  };

  return {
    lineOf(member) {
      let line = lines.get(member);
      if (!line) {
        line = new Line(member, { ...options, onBusy });
        lines.set(member, line);
      }
      return line;
    },
    close(why) {
      clearInterval(timer);
      for (const line of busy) line.cutOff(why);
    },
  };
}
