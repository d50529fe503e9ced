import { Refusal } from './api-status.ts';
import { type Attempt, forbidden } from './refusals.ts';

/** A line of the table: who may do what where. `*` stands for every verb or resource. */
export interface Grant {
  readonly user: string;
  readonly verbs: readonly string[];
  /** @default pods */
  readonly resource?: string;
  /** @default every namespace */
  readonly namespace?: string;
}

/** Who asks and what they may. Until it knows somebody, everybody may everything. */
export interface AccessTable {
  /** The token that stands for a user. */
  token(user: string): string;
  /** Ends the user's token; the next one is another. */
  revoke(user: string): void;
  grant(grant: Grant): void;
  /** @throws Refusal 401 for a token nobody has. */
  identify(authorization: string | undefined): string;
  allows(attempt: Attempt): boolean;
  /** @throws Refusal 403 */
  check(attempt: Attempt): void;
}

/** Creates an empty table. */
export function createAccessTable(): AccessTable {
  const tokens = new Map<string, string>();
  const grants: Grant[] = [];
  let issued = 0;

  const allows = ({ user, verb, resource, namespace }: Attempt): boolean =>
    issued === 0 ||
    grants.some(
      (grant) =>
        grant.user === user &&
        [verb, '*'].some((allowed) => grant.verbs.includes(allowed)) &&
        [resource, '*'].includes(grant.resource ?? 'pods') &&
        (grant.namespace ?? namespace) === namespace,
    );

  return {
    token(user) {
      const token = tokens.get(user) ?? `token-${++issued}`;
      tokens.set(user, token);
      return token;
    },
    revoke(user) {
      tokens.delete(user);
    },
    grant(grant) {
      grants.push(grant);
    },
    identify(authorization) {
      if (issued === 0) return 'admin';
      if (authorization === undefined) return 'system:anonymous';
      for (const [user, token] of tokens) if (authorization === `Bearer ${token}`) return user;
      throw new Refusal(401, 'Unauthorized');
    },
    allows,
    check(attempt) {
      if (!allows(attempt)) throw forbidden(attempt);
    },
  };
}
