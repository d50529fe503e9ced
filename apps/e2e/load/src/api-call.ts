import { deadlineMs } from './call.ts';

const { API_SERVICE_HOST: host, API_SERVICE_PORT: port } = process.env;
const url = `http://${host}:${port}/greeter/say/hello?name=load`;
// go-micro's header, in seconds: how long api may take in all.
const headers = { timeout: String(deadlineMs / 1_000) };

/** Greets over HTTP, by connections that are kept open. */
export async function callApi(): Promise<void> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(deadlineMs) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
}
