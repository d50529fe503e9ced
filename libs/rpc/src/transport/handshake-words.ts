/** Why a handshake failed, in words about the other side, by the codes of OpenSSL and Node. */
const words: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  INVALID_PURPOSE: 'its certificate is for another purpose',
  CERT_SIGNATURE_FAILURE: 'the signature of its certificate is wrong',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'no authority that is believed made its certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'no authority that is believed made its certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'no authority that is believed made its certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'no authority that is believed made its certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'no authority that is believed made its certificate',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'it showed no certificate',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a certificate',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not believe the authority of this certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'it does not take this certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'this certificate has expired for it',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks without TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it speaks without TLS',
  ERR_SSL_HTTP_REQUEST: 'it speaks without TLS',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'it does not speak HTTP/2',
};

/** A certificate that names somebody else. */
export class WrongNameError extends Error {
  override readonly name = 'WrongNameError';
}

/** @returns undefined where the connection broke, which no certificate is to blame for. */
export function explainHandshake(error: Error): string | undefined {
  if (error instanceof WrongNameError) return error.message;
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  if (brokenCodes.has(code)) return undefined;
  return `${words[code] ?? error.message} (${code})`;
}

const brokenCodes = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']);
