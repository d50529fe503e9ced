import type { ErrorJson } from '@micro/rpc';

/** An error in place: its status, what is wrong, and who says so. */
export function ErrorView({ error: { code, status, detail, id } }: { error: ErrorJson }) {
  return (
    <div class="error" role="alert">
      <strong>
        {code === 0 ? '' : code} {status}
      </strong>
      <p>{detail}</p>
      {id !== '' && <small>says {id}</small>}
    </div>
  );
}
