import { Refusal } from './api-status.ts';

export type Labels = Readonly<Record<string, string>>;

/** Reads `a=b,c,!d`: equal, exists, does not exist. Other operators are refused. */
export function parseLabelSelector(text: string): (labels: Labels | undefined) => boolean {
  const tests = text.split(',').filter((part) => part !== '');
  const checks = tests.map((part): ((labels: Labels) => boolean) => {
    const match = /^(!?)([-\w./]+)(?:==?([-\w.]*))?$/.exec(part.trim());
    const [, not, key = '', value] = match ?? [];
    if (!match || (not && value !== undefined))
      throw new Refusal(400, `unable to parse requirement: ${part}`);
    if (value !== undefined) return (labels) => labels[key] === value;
    return (labels) => Object.hasOwn(labels, key) !== (not === '!');
  });
  return (labels = {}) => checks.every((check) => check(labels));
}
