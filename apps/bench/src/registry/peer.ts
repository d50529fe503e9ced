import type { BundleOptions } from '../bundle.ts';

/** The cluster's official client. */
export const peer = '@kubernetes/client-node';

/** How ours is bundled: as services are, without the peer, which we load for a kubeconfig only. */
export const ours: BundleOptions = { external: [peer] };
