import { Fragment } from 'preact';

/** A service's name: its last part stands out, and a line breaks after a dot. */
export function ServiceName({ name }: { name: string }) {
  const parts = name.split(/(?<=\.)(?=.)/);
  const last = parts.pop();
  return (
    <span class="name">
      {parts.map((part, at) => (
        <Fragment key={at}>
          <span>{part}</span>
          <wbr />
        </Fragment>
      ))}
      {last}
    </span>
  );
}
