import { createSocket } from 'node:dgram';

/** What the program that floods is told. */
export interface Flood {
  readonly port: number;
  readonly perSecond: number;
  /** Sent in turn, from the first again after the last. */
  readonly packets: readonly Uint8Array[];
}

/** Sends packets to all on the loopback interface, at a rate, until it is killed. */
process.once('message', ({ port, perSecond, packets }: Flood) => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1', () => {
    socket.setMulticastInterface('127.0.0.1');
    socket.setMulticastTTL(0);
    process.send?.('begun');
    const begun = performance.now();
    let sent = 0;
    setInterval(() => {
      const due = ((performance.now() - begun) * perSecond) / 1_000;
      for (; sent < due; sent++)
        socket.send(packets[sent % packets.length] ?? '', port, '224.0.0.251');
    }, 5);
  });
});
