import type { Socket } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import type { Channel, Dial } from './channel.ts';
import { type PodPort, unreachable } from './refusal.ts';

/** Of what comes faster than it can be sent, in either direction. */
const maxBufferedBytes = 1024 * 1024;
/** The pod gets so long to go on with what it says, after our end has said all. */
const lingerMs = 1_000;
const maxComplaintLength = 1_000;
/** RFC 6455, 7.1.5. */
const closedAbnormally = 1006;

/**
 * Carries one local connection to the pod and back until either ends.
 *
 * @throws KubeError if it did not come about, or was cut off.
 */
export async function carry(
  socket: Socket,
  target: PodPort,
  dial: Dial,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  closing.addEventListener('abort', leave, { once: true });
  socket.once('close', leave);
  socket.on('error', () => {}); // Its close follows and says as much.
  const input = new PassThrough();
  const complaints = collect();
  try {
    const channel = await dial(
      { input, output: socket, complaints: complaints.stream },
      gone.signal,
    );
    const lost = await pump(socket, input, channel, gone.signal);
    const complaint = complaints.text();
    if (gone.signal.aborted) return;
    if (complaint !== '' || lost) throw unreachable(target, translate(complaint));
    socket.destroySoon();
  } catch (error) {
    if (gone.signal.aborted) return;
    socket.resetAndDestroy();
    throw error;
  } finally {
    closing.removeEventListener('abort', leave);
    if (closing.aborted) socket.destroy();
  }
}

/** Resolves when the channel is closed: whether it was lost, and not ended by either side. */
async function pump(
  socket: Socket,
  input: PassThrough,
  channel: Channel,
  gone: AbortSignal,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let lingering: NodeJS.Timeout | undefined;
  const leave = (): void => {
    if (input.readableLength + channel.bufferedAmount > 0) lingering?.refresh();
    else channel.close();
  };
  const terminate = (): void => channel.terminate();
  channel.addEventListener('close', ({ code }) => {
    clearTimeout(lingering);
    resolve(code === closedAbnormally && !lingering);
  });
  gone.addEventListener('abort', terminate);
  if (gone.aborted) terminate();

  channel.addEventListener('message', () => {
    lingering?.refresh();
    if (socket.writableNeedDrain) channel.pause();
  });
  socket.on('drain', () => channel.resume());
  input.on('data', () => {
    if (channel.bufferedAmount < maxBufferedBytes || input.isPaused()) return;
    input.pause();
    channel.ping(undefined, undefined, () => input.resume());
  });
  socket.once('end', () => {
    lingering = setTimeout(leave, lingerMs);
  });
  socket.pipe(input, { end: false });
  return promise;
}

function collect() {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      if (text.length < maxComplaintLength) text += chunk;
      done();
    },
  });
  return { stream, text: () => text.slice(0, maxComplaintLength) };
}

/** What the container runtime says names network namespaces and sandboxes, which help nobody. */
function translate(complaint: string): string {
  if (complaint === '') return 'the connection to the API server was lost';
  if (/connection refused/.test(complaint)) return 'nothing listens on it in the pod';
  return complaint;
}
