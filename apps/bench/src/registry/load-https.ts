import https from 'node:https';

// The least that anyone loads who speaks with the API server.
export const { request } = https;
